#pragma once

#include "download/assembly.hpp"

#include "codemate/base/error.hpp"
#include "codemate/download/download.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace codemate::download {

// What came, over all places.
struct Tally {
    std::atomic<std::uint64_t> fetched{0}; // bytes
    std::atomic<std::size_t> retried{0};
};

// Fetches all that is missing from one place, over several connections; over one, from the beginning, where the
// registry ignores ranges. What came stays. Throws what its last connection failed with, Error{storage}, Interrupted.
class Reading {
public:
    Reading(const Wanted&, const ModelName& place, registry::Registry&, Assembly&, const Options&, int retries, Tally&);

    void run(const Stop&);

private:
    class Filler;

    void work(const Stop& user);
    enum class Passes { what_is_missing, the_whole };
    void receive(registry::ByteRange, Passes, bool& brought);
    void stream();
    bool try_again(const Error&, int useless); // after the wait that it takes; false: it is not worth it
    void give_up(const Error&);
    void ignore_ranges();

    const Wanted& wanted_;
    const ModelName& place_;
    registry::Registry& registry_;
    Assembly& assembly_;
    const Options& options_;
    const int retries_;
    Tally& tally_;
    std::stop_source ended_; // the user's stop, and what no connection can go on after
    std::mutex mutex_;
    std::size_t at_work_ = 0;
    bool ranges_ignored_ = false;
    std::atomic<bool> ranges_work_{false};
    std::string noted_;
    std::optional<Error> error_;
};

} // namespace codemate::download
