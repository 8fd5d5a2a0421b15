#include "ui/progress_drawers.hpp"
#include "ui/progress_layout.hpp"
#include "ui/progress_lines.hpp"
#include "ui/progress_state.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace codemate::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto moving_distance = 5s;    // between two lines of an item whose amount moves
constexpr auto standing_distance = 30s; // between two lines of one that only waits

// A pull has a change of state for each layer, most of them in the same second; a server may have ten thousand. So many
// of an item are told at once, then one each five seconds, which the time without lines makes up for.
constexpr std::int64_t changes_at_once = 30;

class FlatLines final : public LineWriter {
public:
    explicit FlatLines(Out& out) : out_(out) {}
    void say(const std::string&, const std::string& line, Weight) override { write_or_drop(out_, line + "\n"); }
    void end(const std::string& item, const std::string& line) override { say(item, line, Weight::lasting); }

private:
    Out& out_;
};

// Lines for logs: one for each change, and now and then one about what takes long. No escapes, nothing is overwritten.
class Plain final : public Progress {
public:
    Plain(std::unique_ptr<LineWriter> lines, const Clock& clock) : lines_(std::move(lines)), clock_(clock) {}

    void handle(const Event& raw) override {
        const Event event = printable(raw);
        const SteadyTime now = clock_.steady();
        tell_change(event, state_.apply(event, now), now);
        tell_long_ones(now);
    }
    void clear() override {} // nothing is drawn in place

private:
    struct Told {
        SteadyTime at{};
        ByteCount done;
        std::int64_t changes_left = changes_at_once;
        bool is_behind = false; // a change of state has not been told
    };

    void tell_change(const Event& event, ProgressState::Change change, SteadyTime now) {
        switch (change) {
        case ProgressState::Change::began:
            say(event.item, event.text.empty() ? "begins" : event.text, now);
            break;
        case ProgressState::Change::stage:
            say_change(event.item, event.text, now);
            break;
        case ProgressState::Change::note:
            say(event.item, event.text, now);
            break;
        case ProgressState::Change::ended:
            end(event);
            break;
        case ProgressState::Change::amount:
        case ProgressState::Change::none:
            break;
        }
    }

    void say(const std::string& item, const std::string& text, SteadyTime now) {
        if (text.empty()) return;
        lines_->say(item, labelled(item, text), LineWriter::Weight::lasting);
        told_[item].at = now;
    }

    void say_change(const std::string& item, const std::string& text, SteadyTime now) {
        Told& told = told_.try_emplace(item, Told{now, ByteCount()}).first->second;
        const std::int64_t earned = (now - told.at) / moving_distance;
        told.changes_left = std::min(changes_at_once, told.changes_left + earned);
        told.is_behind = told.changes_left == 0;
        if (told.is_behind) return;
        --told.changes_left;
        say(item, text, now);
    }

    void end(const Event& event) {
        told_.erase(event.item);
        // The whole's end without a word says nothing that its items have not said.
        if (event.item.empty() && event.text.empty()) return;
        const std::string outcome = labelled(outcome_word(event), outcome_text(event));
        lines_->end(event.item, labelled(event.item, outcome));
    }

    void tell_long_ones(SteadyTime now) {
        std::vector<ProgressLine> lines = state_.items(now);
        if (lines.empty()) {
            if (auto whole = state_.whole(now)) lines.push_back(std::move(*whole));
        }
        for (const ProgressLine& line : lines)
            tell_if_long(line, now);
    }

    void tell_if_long(const ProgressLine& line, SteadyTime now) {
        const auto [told, first] = told_.try_emplace(line.name, Told{now, line.reading.done});
        if (first) return;
        const Duration since = now - told->second.at;
        const bool moves = line.reading.done != told->second.done;
        const bool is_behind = told->second.is_behind;
        if (since < (moves || is_behind ? Duration(moving_distance) : Duration(standing_distance))) return;
        told->second.at = now;
        told->second.done = line.reading.done;
        told->second.is_behind = false;
        std::string text = reading_text(line.reading);
        if (!moves || is_behind) text = line.text + (text.empty() || line.text.empty() ? "" : "  ") + text;
        if (text.empty()) return;
        lines_->say(line.name, labelled(line.name, text), LineWriter::Weight::passing);
    }

    std::unique_ptr<LineWriter> lines_;
    const Clock& clock_;
    ProgressState state_;
    std::map<std::string, Told> told_; // when each running item was spoken of last
};

} // namespace

std::unique_ptr<LineWriter> make_flat_lines(Out& out) {
    return std::make_unique<FlatLines>(out);
}

std::unique_ptr<Progress> make_plain(const ProgressOptions& options, Out& out, const Clock& clock) {
    return std::make_unique<Plain>(options.github_actions ? make_grouped_lines(out) : make_flat_lines(out), clock);
}

} // namespace codemate::ui
