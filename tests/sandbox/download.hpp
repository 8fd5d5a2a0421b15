#pragma once

#include "sandbox/faults.hpp"
#include "sandbox/source.hpp"
#include "sandbox/store.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// Blobs on their way into the store: shared by all pulls that want them, in parts of which a record is kept on the
// disk, so that a later pull goes on where this one ended (server/download.go).
namespace codemate::sandbox {

// What one pull asks for.
struct BlobWish {
    Name name; // at whose address the blob is asked for
    std::string digest;
    std::shared_ptr<const Source> source;
    std::shared_ptr<PullFaults> faults;
    bool first = false; // that this pull fetches: faults that strike a single blob strike this one
};

struct BlobProgress {
    std::uint64_t total = 0, completed = 0;
};

class Download;

class Downloads {
public:
    Downloads(const Store& store, Waits waits) : store_(store), waits_(waits) {}
    ~Downloads();

    // Until the blob is in the store, however many wait for it. `tell` is called every 60 ms; where it says false, or
    // the peer is gone, the wait ends with PullCanceled, and the download with the last wait. Throws PullFailure.
    void fetch(const BlobWish&, const std::function<bool(BlobProgress)>& tell, const std::function<bool()>& gone);

    void stop_all(); // their waits end with PullCanceled

private:
    std::shared_ptr<Download> attach(const BlobWish&);
    void sweep();

    struct Running {
        std::shared_ptr<Download> download;
        std::thread thread;
    };

    const Store& store_;
    Waits waits_;
    std::mutex mutex_;
    bool stopped_ = false;
    std::map<std::string, std::shared_ptr<Download>> by_digest_;
    std::vector<Running> running_;
};

// How a blob is cut into parts: a sixteenth, but 100 MB to 1 GB.
std::uint64_t part_size(std::uint64_t total);

} // namespace codemate::sandbox
