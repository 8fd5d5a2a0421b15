#include "events.hpp"
#include "support/catch.hpp"
#include "support/hand_clock.hpp"

#include "codemate/ui/progress.hpp"

using namespace codemate;
using namespace codemate::ui;
using namespace codemate::test;
using namespace std::chrono_literals;

namespace {

struct Lines {
    CaughtOut out{ui::Out::Reader::github_actions};
    HandClock clock;
    std::unique_ptr<Progress> progress;

    Lines() {
        ProgressOptions options;
        options.github_actions = true;
        progress = make_progress(options, Terminal{}, out, clock);
    }
};

} // namespace

TEST_CASE("actions: an item is a group, failed or not") {
    Lines lines;
    lines.progress->handle(begin("", "pulling 2 models"));
    lines.progress->handle(begin("a", "pulling"));
    lines.progress->handle(stage("a", "verifying"));
    lines.progress->handle(end("a", "pulled"));
    lines.progress->handle(begin("b", "pulling"));
    lines.progress->handle(failure("b", "100% of\nnothing"));
    lines.progress->handle(failure("", "1 of 2 failed"));
    CHECK(lines.out.caught == "pulling 2 models\n"
                              "::group::a\n"
                              "a: pulling\n"
                              "a: verifying\n"
                              "a: ok: pulled\n"
                              "::endgroup::\n"
                              "::group::b\n"
                              "b: pulling\n"
                              "b: failed: 100% of\\nnothing\n"
                              "::endgroup::\n"
                              "failed: 1 of 2 failed\n");
}

TEST_CASE("actions: items at once come one after another, each in one group") {
    Lines lines;
    for (const char* item : {"a", "b", "c", "d"})
        lines.progress->handle(begin(item, "pulling"));
    lines.progress->handle(failure("c", "no"));
    lines.progress->handle(stage("b", "verifying"));
    lines.progress->handle(note("a", "trying again"));
    lines.progress->handle(end("d", ""));
    CHECK(lines.out.take() == "::group::a\na: pulling\na: trying again\n");
    lines.progress->handle(end("a", ""));
    CHECK(lines.out.take() == "a: ok\n::endgroup::\n"
                              "::group::c\nc: pulling\nc: failed: no\n::endgroup::\n"
                              "::group::d\nd: pulling\nd: ok\n::endgroup::\n"
                              "::group::b\nb: pulling\nb: verifying\n");
    lines.progress->handle(end("b", ""));
    CHECK(lines.out.take() == "b: ok\n::endgroup::\n");
}

TEST_CASE("actions: lines of passing interest do not wait for their turn") {
    Lines lines;
    lines.progress->handle(begin("a", "pulling", 1000 * MB));
    lines.progress->handle(begin("b", "pulling", 1000 * MB));
    for (int i = 1; i <= 10; ++i) {
        lines.clock.advance(1s);
        lines.progress->handle(amount("b", static_cast<std::uint64_t>(i) * MB, 1000 * MB));
    }
    lines.progress->handle(end("a", ""));
    CHECK(lines.out.caught == "::group::a\na: pulling\na: ok\n::endgroup::\n::group::b\nb: pulling\n");
}

TEST_CASE("actions: every group is closed, also of what never ends") {
    Lines lines;
    lines.progress->handle(begin("a", "pulling"));
    lines.progress->handle(begin("b", "pulling"));
    lines.progress.reset();
    CHECK(lines.out.caught == "::group::a\na: pulling\n::endgroup::\n::group::b\nb: pulling\n::endgroup::\n");
}

TEST_CASE("actions: text of a server gives the runner no orders") {
    Lines lines;
    lines.progress->handle(note("", "::stop-commands::x"));
    lines.progress->handle(note("", "  ::add-mask::y"));
    lines.progress->handle(note("", "##[error]z and ##[group]w"));
    lines.progress->handle(note("", "a::b"));
    lines.progress->handle(begin("::set-output", "%0A"));
    CHECK(lines.out.caught == "\\u003a:stop-commands::x\n"
                              "  \\u003a:add-mask::y\n"
                              "##\\u005berror]z and ##\\u005bgroup]w\n"
                              "a::b\n"
                              "::group::::set-output\n"
                              "\\u003a:set-output: %0A\n");
}
