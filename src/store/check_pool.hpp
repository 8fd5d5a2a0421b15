#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/sha256_lanes.hpp"
#include "codemate/store/disk.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace codemate::store {

// A blob on its way through the check.
struct Stream {
    std::size_t index = 0;        // which blob
    std::uint64_t counted = 0;    // its size when the whole was summed up
    std::unique_ptr<File> file{}; // none: not begun, or ended
    Stat before{};                // of the file, from here on when it is open
    Sha256Lane lane{};
    std::uint64_t offset = 0;    // how far it has been hashed
    std::uint64_t announced = 0; // and how far the disk has been told that it will be
    std::uint64_t let_go = 0;    // and how far that it has been
    std::uint64_t told = 0;      // and what of `counted` the progress knows

    std::uint64_t left() const { return before.identity.size.count() - offset; }
};
using Hand = std::vector<std::unique_ptr<Stream>>;

// Deals the streams out to the cores. A core takes a few, hashes a slice of each, and puts back what is not at its end:
// so a stream wanders. A core gets one stream as long as others are needed for the other cores, else two or three: one
// on each of two cores is faster than two on one and none on the other.
class CheckPool {
public:
    struct Blob {
        std::size_t index;
        std::uint64_t size;
    };
    CheckPool(std::vector<Blob>, std::size_t cores, Stop); // in the order in which they shall begin

    // Waits while all that is left is in others' hands. Empty: nothing is left, or the check ends early.
    Hand take();
    void put_back(Hand); // what is not at its end
    void finished();     // one that was taken is
    void give_up();      // every take() is empty from now on

private:
    std::size_t share() const;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Blob> blobs_;
    std::size_t next_ = 0;   // of blobs_: the first that has not begun
    Hand begun_;             // in nobody's hand
    std::size_t unfinished_; // all, also those in hands
    std::size_t cores_;
    bool given_up_ = false;
    Stop stop_;
};

} // namespace codemate::store
