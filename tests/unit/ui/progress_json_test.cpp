#include "events.hpp"
#include "support/catch.hpp"
#include "support/hand_clock.hpp"

#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/ui/progress.hpp"

using namespace codemate;
using namespace codemate::ui;
using namespace codemate::test;
using namespace std::chrono_literals;

namespace {

struct Lines {
    CaughtOut out;
    HandClock clock;
    std::unique_ptr<Progress> progress = make_progress(options(), Terminal{}, out, clock);

    static ProgressOptions options() {
        ProgressOptions options;
        options.mode = ProgressMode::json;
        return options;
    }
};

} // namespace

TEST_CASE("every event is a line of JSON") {
    Lines lines;
    lines.progress->handle(begin("", "pulling 1 model"));
    lines.progress->handle(begin("qwen3:8b", "pulling from registry.ollama.ai", 5 * GB));
    lines.clock.advance(1500ms);
    lines.progress->handle(stage("qwen3:8b", "pulling manifest"));
    lines.progress->handle(amount("qwen3:8b", 0));
    lines.clock.advance(1s);
    lines.progress->handle(amount("qwen3:8b", 12, 34));
    lines.progress->handle(note("qwen3:8b", "trying again"));
    lines.progress->handle(failure("qwen3:8b", "no \"space\""));
    lines.progress->handle(end("", ""));
    lines.progress->clear();
    CHECK(
        lines.out.caught ==
        R"({"event":"begin","item":"","text":"pulling 1 model","time":"2026-11-22T12:00:00Z"})"
        "\n"
        R"({"event":"begin","item":"qwen3:8b","text":"pulling from registry.ollama.ai","total":5000000000,"time":"2026-11-22T12:00:00Z"})"
        "\n"
        R"({"event":"stage","item":"qwen3:8b","text":"pulling manifest","time":"2026-11-22T12:00:01.5Z"})"
        "\n"
        R"({"event":"amount","item":"qwen3:8b","done":0,"time":"2026-11-22T12:00:01.5Z"})"
        "\n"
        R"({"event":"amount","item":"qwen3:8b","done":12,"total":34,"time":"2026-11-22T12:00:02.5Z"})"
        "\n"
        R"({"event":"note","item":"qwen3:8b","text":"trying again","time":"2026-11-22T12:00:02.5Z"})"
        "\n"
        R"({"event":"end","item":"qwen3:8b","text":"no \"space\"","failed":true,"time":"2026-11-22T12:00:02.5Z"})"
        "\n"
        R"({"event":"end","item":"","text":"","failed":false,"time":"2026-11-22T12:00:02.5Z"})"
        "\n");
}

TEST_CASE("amounts of an item come at most ten times a second, the last one always") {
    Lines lines;
    for (int i = 0; i < 1000; ++i) { // for a second, for two items
        lines.progress->handle(amount("a", static_cast<std::uint64_t>(i), 1000));
        lines.progress->handle(amount("b", static_cast<std::uint64_t>(i), 1000));
        lines.clock.advance(1ms);
    }
    CHECK(lines.out.writes == 20);
    lines.out.take();
    lines.progress->handle(end("a", ""));
    const std::string text = lines.out.take();
    CHECK(text.find(R"("event":"amount","item":"a","done":999)") == 1);
    CHECK(split(text, '\n').size() == 3);
    lines.progress->handle(end("a", "")); // nothing is left to be sent
    CHECK(split(lines.out.take(), '\n').size() == 2);
}

TEST_CASE("amounts are the truth: they may go down") {
    Lines lines;
    lines.progress->handle(amount("a", 50, 100));
    lines.clock.advance(1s);
    lines.out.take();
    lines.progress->handle(amount("a", 20, 100));
    CHECK(lines.out.take().find(R"("done":20,"total":100)") != std::string::npos);
}

TEST_CASE("a line holds any text and no control character") {
    Lines lines;
    const std::string text = "a\x1b[2J\n\x7f\xc2\x9b"
                             "31mé模\xc2\xa0";
    lines.progress->handle(note("it\"em\xc2\x80", text));
    std::string line = lines.out.take();
    REQUIRE(line.back() == '\n');
    line.pop_back();
    CHECK(printable(line, 10'000) == line);
    const json::Document document = json::read(line, "the line");
    CHECK(*document.root.find("text")->string() == text);
    CHECK(*document.root.find("item")->string() == "it\"em\xc2\x80");
}
