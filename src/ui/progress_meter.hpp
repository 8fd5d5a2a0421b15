#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace codemate::ui {

// What of an amount is fit to be shown.
struct Reading {
    ByteCount done;
    ByteCount total;                     // 0: unknown
    bool open = false;                   // the total has grown or lacks a part: "at least"
    std::optional<unsigned> percent;     // 0 to 100
    std::optional<ByteCount> per_second; // while something is missing
    std::optional<std::int64_t> seconds_left;

    bool empty() const { return done == ByteCount() && total == ByteCount(); }
};

std::optional<unsigned> percent_of(ByteCount done, ByteCount total); // rounded down; nothing if the total is unknown
std::optional<std::int64_t> seconds_for(ByteCount missing,
                                        ByteCount per_second); // rounded up; nothing if that is never
std::string seconds_text(std::int64_t);                        // "7s", "1m05s", "2h10m"

// Lets percentages pass that are no less than what passed before. One point less is held at the mark, as small layers
// that show up late do that; what falls further is not shown until it has caught up: holding it would be a lie.
class HighWaterMark {
public:
    std::optional<unsigned> pass(std::optional<unsigned> percent);

private:
    unsigned mark_ = 0;
};

// The amount of one item. What is told may jump and go down (a server that rolls a part back does that); what is read
// does not.
class Meter {
public:
    static constexpr std::chrono::seconds window{8}; // of the averaged speed

    void expect(ByteCount total); // before anything has been done
    void tell(ByteCount done, ByteCount total, SteadyTime);
    bool told() const { return !samples_.empty(); }

    Reading read(SteadyTime); // not const: raises the mark of what has been shown

private:
    // Counted in doubles, as a jump that is no transfer moves all of them, below zero too.
    struct Sample {
        SteadyTime at;
        double done;
    };

    void set_total(ByteCount total);
    void sample(double done, SteadyTime);
    std::optional<ByteCount> speed(SteadyTime) const;

    ByteCount done_;  // as told last
    ByteCount shown_; // the most ever told
    ByteCount total_;
    bool grown_ = false;
    HighWaterMark mark_;
    std::deque<Sample> samples_;
};

} // namespace codemate::ui
