#include "codemate/ui/progress.hpp"

#include "ui/progress_drawers.hpp"

#include "codemate/base/error.hpp"

namespace codemate::ui {
namespace {

class Nothing final : public Progress {
public:
    void handle(const Event&) override {}
    void clear() override {}
};

ProgressMode mode_of(const ProgressOptions& options, const Terminal& terminal) {
    if (options.mode == ProgressMode::json) return ProgressMode::json;
    if (options.quiet) return ProgressMode::none;
    if (options.mode != ProgressMode::automatic) return options.mode;
    return terminal.interactive ? ProgressMode::bar : ProgressMode::plain;
}

} // namespace

std::unique_ptr<Progress> make_progress(const ProgressOptions& options, const Terminal& terminal, Out& out,
                                        const Clock& clock) {
    switch (mode_of(options, terminal)) {
    case ProgressMode::bar:
        return make_bar(options, terminal, out, clock);
    case ProgressMode::automatic: // has been decided
    case ProgressMode::plain:
        return make_plain(options, out, clock);
    case ProgressMode::json:
        return make_json(out, clock);
    case ProgressMode::none:
        break;
    }
    return std::make_unique<Nothing>();
}

Event printable(const Event& event) {
    constexpr std::size_t longest_item = 300;
    constexpr std::size_t longest_text = 2000;
    Event shown = event;
    shown.item = codemate::printable(event.item, longest_item);
    shown.text = codemate::printable(event.text, longest_text);
    return shown;
}

std::string_view outcome_word(const Event& end) {
    if (end.text == interrupted) return interrupted;
    return end.failed ? "failed" : "ok";
}

std::string_view outcome_text(const Event& end) {
    std::string_view text = end.text;
    if (text == interrupted) return {};
    const std::string word = std::string(outcome_word(end)) + ": ";
    if (text.starts_with(word)) text.remove_prefix(word.size());
    return text;
}

void write_or_drop(Out& out, std::string_view text, Command command) {
    try {
        if (command == Command::yes)
            out.write_command(text);
        else
            out.write(text);
    } catch (const Error&) {
        // the next write to a healthy stream tells; this one has nobody to tell it to
    }
}

} // namespace codemate::ui
