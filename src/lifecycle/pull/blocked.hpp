#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

// What lies in the models directory and keeps a layer from ever coming whole, pull as often as one may.
namespace codemate::lifecycle::pull {

std::string described(const Layer&); // "weights 3f1c0a9be2d4"

// Whether a pull that ended so may have met a record that the server cannot read. A connection that broke off can have
// the same words.
bool may_be_blocked(const Error&);

// A layer whose events tell another length than its manifest does.
struct WrongExtent {
    Layer layer;
    ByteCount told;
};
// Pure. Nothing where the event tells no length, or is of no layer of the image.
std::optional<WrongExtent> wrong_extent(const ollama::PullEvent&, const Image&);

struct Obstacle {
    enum class What {
        // A disk that was full when a record was written leaves a file of zero length; from then on every pull of that
        // layer ends with "EOF" (facts.md 3.5, 4.5; seen on 0.24.0 and 0.32.15).
        unreadable_record,
        // The server's start-up removes records older than an hour, of a long download perhaps only some; it takes what
        // the others add up to for the whole layer (facts.md 4.5).
        lacking_records,
        // A blob is there for the server as soon as a file has its name; it is never fetched again (facts.md 4.6).
        wrong_size,
    } what;
    Layer layer;
    ByteCount told; // what the server takes for the layer's length; zero of unreadable_record
    // To be removed in this order. As long as an unreadable record is there, the server takes none of the others for
    // the whole.
    std::vector<std::string> paths;
    Time modified; // the latest of the layer's files
};
// Of the image's layers those that cannot come. Pure.
std::vector<Obstacle> find_obstacles(const Image&, const store::Inventory&);

// One at a time, for all models of a run.
class Blocked {
public:
    explicit Blocked(const Ports& ports) : ports_(ports) {}

    struct Finding {
        std::vector<std::string> done{}; // what was removed: a line for each layer
        std::optional<Error> stuck{};    // it is blocked, and stays so
        bool out_of_reach = false;       // of the files nothing is known
        // What to type to remove what may block that layer; of out_of_reach.
        std::function<std::string(const Layer&)> remove_records{}, remove_blob{};
    };
    // Looks for layers of the image that are blocked, and removes what blocks them where the models directory is in
    // reach. Called right after the server has ended the pull, or its stream was left. Throws Interrupted.
    Finding free(const Image&, const Run&);

private:
    std::optional<Error> remove(const Obstacle&, store::Disk&, const Run&) const;
    std::optional<Error> why_not_wrong(const Obstacle&, store::Disk&, const Run&) const;
    bool is_at_rest(const Obstacle&, store::Disk&, const Run&) const;

    const Ports& ports_;
    std::mutex mutex_;
};

} // namespace codemate::lifecycle::pull
