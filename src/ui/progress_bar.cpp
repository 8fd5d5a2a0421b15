#include "ui/progress_drawers.hpp"
#include "ui/progress_layout.hpp"
#include "ui/progress_state.hpp"

#include "codemate/ui/style.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace codemate::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto redraw_distance = 100ms;
constexpr std::size_t most_items = 10; // a live area higher than the window could not be redrawn in place

constexpr std::string_view end_line = "\x1b[K\n";  // EL: also what an older, longer line left behind
constexpr std::string_view clear_below = "\x1b[J"; // ED

std::string up(std::size_t lines) {
    return lines == 0 ? "" : "\r\x1b[" + std::to_string(lines) + "A"; // CUU
}

// Draws in place: permanent lines (what ended, notes) above, then the live area with a line for each running item and
// one for the whole. The cursor rests at the beginning of the line below it, so that whatever else is written does no
// harm. It is never hidden, as a crash would leave it so.
class Bar final : public Progress {
public:
    Bar(const ProgressOptions& options, const Terminal& terminal, Out& out, const Clock& clock)
        : results_follow_(options.results_follow), columns_(options.columns), terminal_(terminal),
          style_(terminal.colour), out_(out), clock_(clock) {}
    ~Bar() override { erase(); }

    void handle(const Event& raw) override {
        const Event event = printable(raw);
        state_.apply(event, clock_.steady());
        const bool ended = event.type == Event::Type::end && !results_follow_;
        if (ended || event.type == Event::Type::note) permanent_.push_back(event);
        const SteadyTime now = clock_.steady();
        // A long wait without events may follow a note that tells of it.
        if (event.type != Event::Type::note && drawn_at_ && now - *drawn_at_ < redraw_distance) return;
        draw(now);
    }

    void clear() override { erase(); }

private:
    std::size_t columns() const {
        const std::size_t columns = columns_ ? columns_() : terminal_.columns;
        return columns == 0 ? 80 : std::max<std::size_t>(columns, 2);
    }

    // A terminal that has printed into its last column is about to wrap.
    std::size_t width() const { return columns() - 1; }

    // Of the live area. When the window gets narrower most terminals wrap anew what is on it.
    std::size_t live_rows() const {
        std::size_t rows = 0;
        for (const std::string& line : live_)
            rows += rows_of(line, columns());
        return rows;
    }

    std::string shown(const std::string& line) const { return terminal_.unicode ? line : ascii_only(line); }

    std::vector<std::string> live_lines(SteadyTime now) {
        std::vector<ProgressLine> lines = state_.items(now);
        if (lines.size() > most_items) {
            const std::size_t more = lines.size() - most_items;
            lines.resize(most_items);
            lines.push_back({"", "and " + std::to_string(more) + " more", {}});
        }
        if (auto whole = state_.whole(now)) lines.push_back(std::move(*whole));
        for (ProgressLine& line : lines) {
            line.name = shown(line.name);
            line.text = shown(line.text);
        }
        std::vector<std::string> texts = lay_out(lines, width(), style_);
        for (std::string& text : texts)
            text = shown(text);
        return texts;
    }

    // "✓ ok      qwen3:8b: pulled 4.1 GB", and without Unicode the same without the mark.
    std::string ended_text(const Event& event) const {
        const std::string word(outcome_word(event));
        std::string mark = terminal_.unicode ? (event.failed ? "✗ " : "✓ ") : "";
        const std::string rest = labelled(event.item, outcome_text(event));
        const std::size_t space = word.size() < 7 ? 8 - word.size() : 2;
        return mark + word + (rest.empty() ? "" : std::string(space, ' ') + rest);
    }

    std::string painted(std::string line, const Event& event) const {
        const std::size_t begin = line.find(outcome_word(event));
        if (begin == std::string::npos) return line; // broken by a very narrow terminal
        const std::size_t length = begin + outcome_word(event).size();
        const std::string head = line.substr(0, length);
        return (event.failed ? style_.bad(head) : style_.good(head)) + line.substr(length);
    }

    std::string permanent_text(const Event& event) const {
        const bool ended = event.type == Event::Type::end;
        // The whole's end without a word says nothing that its items have not said.
        if (event.item.empty() && event.text.empty()) return {};
        std::vector<std::string> lines =
            wrapped(shown(ended ? ended_text(event) : labelled(event.item, event.text)), width());
        if (ended && !lines.empty()) lines.front() = painted(lines.front(), event);
        std::string text;
        for (const std::string& line : lines)
            text.append(line).append(end_line);
        return text;
    }

    std::string take_permanent() {
        std::string text;
        for (const Event& event : permanent_)
            text += permanent_text(event);
        permanent_.clear();
        return text;
    }

    void draw(SteadyTime now) {
        const std::vector<std::string> lines = live_lines(now);
        if (permanent_.empty() && lines == live_) return;
        std::string frame = up(live_rows()) + take_permanent(); // one write, so that nothing flickers
        for (const std::string& line : lines)
            frame.append(line).append(end_line);
        frame += clear_below;
        live_ = lines;
        drawn_at_ = now;
        write_or_drop(out_, frame);
    }

    void erase() {
        if (live_.empty() && permanent_.empty()) return;
        // Line by line first: what ED clears from the top of a window, tmux puts into its history.
        const std::size_t rows = live_rows();
        std::string frame = up(rows);
        for (std::size_t row = 0; row < rows; ++row)
            frame += end_line;
        frame += up(rows) + take_permanent();
        frame += clear_below;
        live_.clear();
        write_or_drop(out_, frame);
    }

    bool results_follow_;
    std::function<std::size_t()> columns_;
    Terminal terminal_;
    Style style_;
    Out& out_;
    const Clock& clock_;
    ProgressState state_;
    std::vector<Event> permanent_;  // since the last redraw
    std::vector<std::string> live_; // what is on the screen
    std::optional<SteadyTime> drawn_at_;
};

} // namespace

std::unique_ptr<Progress> make_bar(const ProgressOptions& options, const Terminal& terminal, Out& out,
                                   const Clock& clock) {
    return std::make_unique<Bar>(options, terminal, out, clock);
}

} // namespace codemate::ui
