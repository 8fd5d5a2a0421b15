#include "events.hpp"
#include "support/catch.hpp"
#include "support/hand_clock.hpp"

#include "codemate/ui/progress.hpp"

#include <algorithm>

using namespace codemate;
using namespace codemate::ui;
using namespace codemate::test;
using namespace std::chrono_literals;

namespace {

struct Lines {
    CaughtOut out;
    HandClock clock;
    std::unique_ptr<Progress> progress;

    Lines() {
        ProgressOptions options;
        options.mode = ProgressMode::plain;
        progress = make_progress(options, Terminal{}, out, clock);
    }
    // Every 100 ms, as servers do it.
    void move(const std::string& item, std::uint64_t from, std::uint64_t step, std::uint64_t total, int times) {
        for (int i = 0; i < times; ++i) {
            clock.advance(100ms);
            progress->handle(amount(item, from += step, total));
        }
    }
};

} // namespace

TEST_CASE("plain: a line for each change") {
    Lines lines;
    lines.progress->handle(begin("", "pulling 2 models"));
    lines.progress->handle(begin("qwen3:8b", "pulling from registry.ollama.ai"));
    lines.progress->handle(stage("qwen3:8b", "pulling manifest"));
    lines.progress->handle(stage("qwen3:8b", "pulling manifest"));
    lines.progress->handle(amount("qwen3:8b", 1, 2));
    lines.progress->handle(stage("qwen3:8b", "verifying sha256 digest"));
    lines.progress->handle(end("qwen3:8b", "pulled 4.1 GB in 12s"));
    lines.progress->handle(begin("nope", ""));
    lines.progress->handle(note("nope", "trying again"));
    lines.progress->handle(failure("nope", "failed: file does not exist"));
    lines.progress->handle(begin("left", "pulling"));
    lines.progress->handle(failure("left", "interrupted"));
    lines.progress->handle(note("", "a word of the whole"));
    lines.progress->handle(end("bare", ""));
    lines.progress->handle(end("", ""));
    lines.progress->clear();
    CHECK(lines.out.caught == "pulling 2 models\n"
                              "qwen3:8b: pulling from registry.ollama.ai\n"
                              "qwen3:8b: pulling manifest\n"
                              "qwen3:8b: verifying sha256 digest\n"
                              "qwen3:8b: ok: pulled 4.1 GB in 12s\n"
                              "nope: begins\n"
                              "nope: trying again\n"
                              "nope: failed: file does not exist\n"
                              "left: pulling\n"
                              "left: interrupted\n"
                              "a word of the whole\n"
                              "bare: ok\n");
}

TEST_CASE("plain: one line in five seconds while an amount moves") {
    Lines lines;
    lines.progress->handle(begin("qwen3:8b", "pulling"));
    lines.out.take();
    lines.move("qwen3:8b", 0, 10 * MB, 2000 * MB, 160);
    CHECK(lines.out.caught == "qwen3:8b: 25%  500 MB/2 GB  100 MB/s  15s left\n"
                              "qwen3:8b: 50%  1 GB/2 GB  100 MB/s  10s left\n"
                              "qwen3:8b: 75%  1.5 GB/2 GB  100 MB/s  5s left\n");
}

TEST_CASE("plain: two items at once have a line each, and the whole has none") {
    Lines lines;
    lines.progress->handle(begin("a", "x", 100 * MB));
    lines.progress->handle(begin("b", "x", 100 * MB));
    lines.out.take();
    for (int i = 1; i <= 60; ++i) {
        lines.clock.advance(100ms);
        lines.progress->handle(amount("a", static_cast<std::uint64_t>(i) * MB, 100 * MB));
        lines.progress->handle(amount("b", static_cast<std::uint64_t>(i) * MB, 100 * MB));
    }
    CHECK(lines.out.caught == "a: 50%  50 MB/100 MB  10 MB/s  5s left\n"
                              "b: 49%  49 MB/100 MB  9.8 MB/s  6s left\n");
}

TEST_CASE("plain: what only waits says so every half minute") {
    Lines lines;
    lines.progress->handle(begin("a", "pulling"));
    lines.progress->handle(amount("a", 100, 100));
    lines.progress->handle(stage("a", "verifying sha256 digest"));
    lines.out.take();
    for (int i = 0; i < 70; ++i) {
        lines.clock.advance(1s);
        lines.progress->handle(stage("a", "verifying sha256 digest")); // a pulse
    }
    CHECK(lines.out.caught == "a: 100%  100 B/100 B\n" // said nothing of it before
                              "a: verifying sha256 digest (35s)  100%  100 B/100 B\n"
                              "a: verifying sha256 digest (1m05s)  100%  100 B/100 B\n");
}

TEST_CASE("plain: a server that changes its mind all the time does not flood the log") {
    Lines lines;
    lines.progress->handle(begin("a", "pulling"));
    lines.out.take();
    for (int i = 0; i < 10'000; ++i) {
        lines.clock.advance(10ms);
        lines.progress->handle(stage("a", "status " + std::to_string(i)));
    }
    const std::string told = lines.out.take();
    CHECK(told.starts_with("a: status 0\na: status 1\na: status 2\n"));
    CHECK(told.find("a: status 29\n") != std::string::npos);
    CHECK(told.find("a: status 30\n") == std::string::npos);
    CHECK(std::count(told.begin(), told.end(), '\n') == 30 + 19); // of 100 seconds
    lines.clock.advance(60s);
    lines.progress->handle(stage("a", "rested"));
    lines.progress->handle(stage("a", "once more"));
    CHECK(lines.out.take() == "a: rested\na: once more\n");
    lines.progress->handle(end("a", "pulled"));
    CHECK(lines.out.take() == "a: ok: pulled\n");
}

TEST_CASE("plain: the last of many changes is told, if late") {
    Lines lines;
    lines.progress->handle(begin("a", "pulling"));
    for (int i = 0; i < 100; ++i)
        lines.progress->handle(stage("a", "status " + std::to_string(i)));
    lines.out.take();
    for (int i = 0; i < 10; ++i) {
        lines.clock.advance(1s);
        lines.progress->handle(stage("a", "status 99")); // a pulse
    }
    CHECK(lines.out.caught == "a: status 99 (5s)\n");
}

TEST_CASE("plain: the whole alone is followed as an item is") {
    Lines lines;
    lines.progress->handle(begin("", "reading the store"));
    lines.move("", 0, MB, 100 * MB, 60);
    lines.progress->handle(end("", "read 100 MB"));
    CHECK(lines.out.caught == "reading the store\n"
                              "50%  50 MB/100 MB  10 MB/s  5s left\n"
                              "ok: read 100 MB\n");
}

TEST_CASE("plain: no control character, no escape") {
    Lines lines;
    lines.progress->handle(begin("a\x1b[2J", "b\r\nc"));
    lines.progress->handle(stage("a\x1b[2J", "\x9b"
                                             "31m"));
    lines.progress->handle(failure("a\x1b[2J", "\x07"));
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
    CHECK(std::none_of(lines.out.caught.begin(), lines.out.caught.end(), control));
    CHECK(lines.out.caught == "a\\x1b[2J: b\\r\\nc\na\\x1b[2J: \\x9b31m\na\\x1b[2J: failed: \\x07\n");
}
