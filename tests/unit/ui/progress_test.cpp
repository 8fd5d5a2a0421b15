#include "events.hpp"
#include "support/catch.hpp"
#include "support/hand_clock.hpp"

#include "codemate/base/error.hpp"
#include "codemate/ui/progress.hpp"

#include <vector>

using namespace codemate;
using namespace codemate::ui;
using namespace codemate::test;

namespace {

std::string shown(const ProgressOptions& options, bool interactive) {
    Terminal terminal;
    terminal.interactive = interactive;
    terminal.columns = interactive ? 80 : 0;
    CaughtOut out;
    const HandClock clock;
    const auto progress = make_progress(options, terminal, out, clock);
    progress->handle(begin("qwen3:8b", "pulling"));
    return out.caught;
}

std::string kind(const std::string& text) {
    if (text.empty()) return "none";
    if (text[0] == '{') return "json";
    return text.find('\x1b') != std::string::npos ? "bar" : "plain";
}

class BrokenOut final : public Out {
public:
    BrokenOut() : Out(-1) {}

private:
    void put(std::string_view) override { throw Error(Kind::storage, "cannot write"); }
};

} // namespace

TEST_CASE("the mode: as asked for, else by the terminal; quiet silences all but json") {
    struct Row {
        ProgressMode mode;
        bool quiet, interactive;
        std::string kind;
    };
    const std::vector<Row> rows{
        {ProgressMode::automatic, false, true, "bar"}, {ProgressMode::automatic, false, false, "plain"},
        {ProgressMode::bar, false, false, "bar"},      {ProgressMode::plain, false, true, "plain"},
        {ProgressMode::json, false, true, "json"},     {ProgressMode::none, false, true, "none"},
        {ProgressMode::automatic, true, true, "none"}, {ProgressMode::automatic, true, false, "none"},
        {ProgressMode::bar, true, true, "none"},       {ProgressMode::plain, true, true, "none"},
        {ProgressMode::json, true, false, "json"},     {ProgressMode::none, true, true, "none"},
    };
    for (const Row& row : rows) {
        ProgressOptions options;
        options.mode = row.mode;
        options.quiet = row.quiet;
        CHECK(kind(shown(options, row.interactive)) == row.kind);
    }
}

TEST_CASE("what cannot be shown does not break off the work") {
    BrokenOut out;
    const HandClock clock;
    for (const ProgressMode mode : {ProgressMode::bar, ProgressMode::plain, ProgressMode::json}) {
        ProgressOptions options;
        options.mode = mode;
        const auto progress = make_progress(options, Terminal{}, out, clock);
        CHECK_NOTHROW(progress->handle(begin("a", "x")));
        CHECK_NOTHROW(progress->handle(end("a", "x")));
        CHECK_NOTHROW(progress->clear());
    }
}
