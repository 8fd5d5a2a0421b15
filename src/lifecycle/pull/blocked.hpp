#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

// A layer whose bookkeeping the server cannot read: a disk that was full when it was written leaves a file of zero
// length, and from then on every pull of that layer ends with "EOF" until the file is gone (facts.md 3.5, 4.5; seen on
// 0.24.0 and 0.32.15).
namespace codemate::lifecycle::pull {

// Whether a pull that ended so may have met one. A connection that broke off can have the same words.
bool may_be_blocked(const Error&);

// What frees a layer: all its records go. One that stayed would be the whole layer for the server, which adds up the
// sizes that they tell; what came then would not have its digest.
struct Unblocking {
    Layer layer;
    std::vector<std::string> empty, others; // records, paths in the models directory
    Time modified;                          // the latest of the layer's files
    bool is_curable() const { return !empty.empty(); }
};
// Of the image's layers those with a record that cannot be read. Pure.
std::vector<Unblocking> plan_unblocking(const std::vector<Layer>& blobs, const store::Inventory&);

// One at a time, for all models of a run.
class Blocked {
public:
    explicit Blocked(const Ports& ports) : ports_(ports) {}

    struct Finding {
        std::vector<std::string> done{}; // what was removed: a line for each layer
        std::optional<Error> stuck{};    // it is blocked, and stays so
        std::string advice{};            // it may be blocked, and the files are not in reach
    };
    // Looks for layers of the image that are blocked, and removes their records where the models directory is in reach.
    // Called right after the server has refused the pull: it has no download of the layer under way then. Throws
    // Interrupted.
    Finding free(const Image&, Stop);

private:
    static std::optional<Error> remove(const Unblocking&, store::Disk&);
    std::string advice_for(const Image&, const Reach&, const Stop&) const;

    const Ports& ports_;
    std::mutex mutex_;
};

} // namespace codemate::lifecycle::pull
