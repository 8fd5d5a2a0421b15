#pragma once

#include "ui/progress_meter.hpp"

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace codemate::ui {

// One line about what is going on: an item, or the whole.
struct ProgressLine {
    std::string name; // empty: the whole, while there is no item
    std::string text;
    Reading reading;
};

// What a series of events amounts to at some time. Pure: knows neither terminal nor clock.
class ProgressState {
public:
    enum class Change { none, began, stage, amount, note, ended };

    // Says what the event changed. An item that never began begins with its first event; one that begins anew after its
    // end is another one.
    Change apply(const Event&, SteadyTime);

    // The running items in the order in which they began.
    std::vector<ProgressLine> items(SteadyTime);

    // The whole: of more than one item their sum and how many of them are done; while none is running, what the use
    // case says of itself; else nothing, as the one item says it all.
    std::optional<ProgressLine> whole(SteadyTime);

private:
    struct Item {
        std::string name;
        std::string text;
        SteadyTime since{}; // when this text was said first
        Meter meter;
    };
    struct Tally {
        std::size_t ok = 0;
        std::size_t failed = 0;
        ByteCount bytes;
        std::size_t count() const { return ok + failed; }
    };

    Item& running(const Event&, SteadyTime);
    Change say(Item&, const std::string& text, Change, SteadyTime);
    Change apply_to_whole(const Event&, SteadyTime);
    void finish(const Event&, SteadyTime);
    std::string counts() const;
    Reading sum(SteadyTime);

    std::vector<Item> items_; // running
    Tally ended_;
    std::optional<Item> whole_;
    ByteCount planned_; // what the whole is said to amount to from the start
    HighWaterMark mark_;
};

} // namespace codemate::ui
