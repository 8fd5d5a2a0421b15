#include "events.hpp"
#include "support/catch.hpp"
#include "support/hand_clock.hpp"
#include "support/screen.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/progress.hpp"

#include <deque>
#include <map>
#include <random>

using namespace codemate;
using namespace codemate::ui;
using namespace codemate::test;
using namespace std::chrono_literals;

namespace {

// Shows what is written and notes when.
class ScreenOut final : public Out {
public:
    ScreenOut(Screen& screen, const Clock& clock) : Out(-1), screen_(screen), clock_(clock) {}

    std::string bytes;
    std::vector<SteadyTime> times;

private:
    void put(std::string_view text) override {
        screen_.write(text);
        bytes += text;
        times.push_back(clock_.steady());
    }

    Screen& screen_;
    const Clock& clock_;
};

struct Theatre {
    explicit Theatre(std::size_t columns = 80, bool unicode = true, bool colour = false)
        : width(columns), screen(columns), out(screen, clock) {
        Terminal terminal;
        terminal.interactive = true;
        terminal.unicode = unicode;
        terminal.colour = colour;
        terminal.columns = columns;
        ProgressOptions options;
        options.columns = [this] { return width; };
        progress = make_progress(options, terminal, out, clock);
    }
    // The event, late enough to be drawn at once.
    void show(const Event& event) {
        clock.advance(100ms);
        progress->handle(event);
    }

    std::size_t width;
    HandClock clock;
    Screen screen;
    ScreenOut out;
    std::unique_ptr<Progress> progress;
};

} // namespace

TEST_CASE("bar: one item is one line, without a total") {
    Theatre theatre;
    theatre.show(begin("qwen2.5-coder:7b", "pulling manifest"));
    CHECK(theatre.screen.text() == "qwen2.5-coder:7b   pulling manifest\n");
    theatre.show(stage("qwen2.5-coder:7b", "pulling 3f1c0a9be2d4"));
    theatre.show(amount("qwen2.5-coder:7b", 1765 * MB, 4100 * MB));
    theatre.clock.advance(900ms);
    theatre.show(amount("qwen2.5-coder:7b", 1800 * MB, 4100 * MB));
    CHECK(theatre.screen.text() == "qwen2.5-coder:7b   pulling 3f1c0a9be2d4   43%  1.8 GB/4.1 GB   35 MB/s   1m06s\n");
    CHECK(theatre.screen.column() == 0);
    CHECK(theatre.screen.row() == 1);
    CHECK(theatre.screen.offences().empty());
}

TEST_CASE("bar: several items, the whole, and what has ended above them") {
    Theatre theatre;
    theatre.show(begin("", "pulling 3 models"));
    CHECK(theatre.screen.text() == "pulling 3 models\n");
    theatre.show(begin("a", "pulling", 100 * MB));
    theatre.show(begin("b", "pulling", 300 * MB));
    theatre.show(amount("a", 50 * MB, 100 * MB));
    CHECK(theatre.screen.text() == "a       pulling     50%  50 MB/100 MB\n"
                                   "b       pulling      0%    0 B/300 MB\n"
                                   "total   2 running   12%  50 MB/400 MB\n");
    theatre.show(end("a", "pulled 100 MB in 1s"));
    CHECK(theatre.screen.text() == "✓ ok      a: pulled 100 MB in 1s\n"
                                   "b       pulling              0%     0 B/300 MB\n"
                                   "total   1 done, 1 running   25%  100 MB/400 MB\n");
    theatre.show(note("b", "trying again"));
    theatre.show(failure("b", "failed: file does not exist"));
    CHECK(theatre.screen.text() == "✓ ok      a: pulled 100 MB in 1s\n"
                                   "b: trying again\n"
                                   "✗ failed  b: file does not exist\n"
                                   "total   1 done, 1 failed  100%  100 MB/100 MB\n");
    theatre.show(begin("c", "pulling"));
    theatre.show(failure("c", "interrupted"));
    theatre.progress->clear();
    CHECK(theatre.screen.text() == "✓ ok      a: pulled 100 MB in 1s\n"
                                   "b: trying again\n"
                                   "✗ failed  b: file does not exist\n"
                                   "✗ interrupted  c\n");
    CHECK(theatre.screen.row() == 4);
    CHECK(theatre.screen.column() == 0);
    CHECK(theatre.screen.offences().empty());
}

TEST_CASE("bar: the bytes of a redraw") {
    Theatre theatre;
    theatre.show(begin("a", "x"));
    CHECK(theatre.out.bytes == "a   x\x1b[K\n\x1b[J");
    theatre.out.bytes.clear();
    theatre.show(begin("b", "y"));
    CHECK(theatre.out.bytes == "\r\x1b[1Aa       x\x1b[K\nb       y\x1b[K\ntotal   2 running\x1b[K\n\x1b[J");
    theatre.out.bytes.clear();
    theatre.show(stage("b", "y")); // nothing to be seen
    CHECK(theatre.out.bytes.empty());
    theatre.progress->clear();
    CHECK(theatre.out.bytes == "\r\x1b[3A\x1b[K\n\x1b[K\n\x1b[K\n\r\x1b[3A\x1b[J");
    theatre.out.bytes.clear();
    theatre.progress->clear();
    CHECK(theatre.out.bytes.empty());
}

TEST_CASE("bar: other text may be written after clear, and drawing goes on below it") {
    Theatre theatre;
    theatre.show(begin("a", "x"));
    theatre.progress->clear();
    theatre.screen.write("codemate: warning: old server\n");
    theatre.show(stage("a", "y"));
    CHECK(theatre.screen.text() == "codemate: warning: old server\na   y\n");
    theatre.progress.reset(); // clears too
    CHECK(theatre.screen.text() == "codemate: warning: old server\n");
}

TEST_CASE("bar: without UTF-8 words and ASCII alone") {
    Theatre theatre(16, false);
    theatre.show(begin("模型:a-name-that-is-long", "x"));
    CHECK(theatre.screen.text() == "??:a-na~is-long\n");
    theatre.show(end("é", "new"));
    theatre.show(failure("b", "no"));
    theatre.progress->clear();
    CHECK(theatre.screen.text() == "ok      ?: new\nfailed  b: no\n");
    for (const char c : theatre.out.bytes)
        CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("bar: colour on words that say the same") {
    Theatre theatre(80, true, true);
    theatre.show(begin("a", "x"));
    CHECK(theatre.out.bytes.find("\x1b[1ma\x1b[0m") != std::string::npos);
    theatre.show(end("a", "pulled"));
    CHECK(theatre.out.bytes.find("\x1b[32m✓ ok\x1b[0m      a: pulled") != std::string::npos);
    theatre.show(failure("b", "no"));
    CHECK(theatre.out.bytes.find("\x1b[31m✗ failed\x1b[0m  b: no") != std::string::npos);
    CHECK(theatre.screen.offences().empty());
}

TEST_CASE("bar: the width is asked anew at each redraw") {
    Theatre theatre(80);
    theatre.show(begin("qwen2.5-coder:7b-instruct-q4_K_M", "pulling manifest"));
    theatre.width = 20;
    theatre.progress->clear(); // the emulator does not reflow
    theatre.screen.resize(20);
    theatre.show(stage("qwen2.5-coder:7b-instruct-q4_K_M", "pulling 3f1c0a9be2d4"));
    CHECK(theatre.screen.text() == "qwen2.5-c…ct-q4_K_M\n");
    CHECK(theatre.screen.wraps() == 0);
}

TEST_CASE("bar: a window that gets narrower or wider leaves nothing behind") {
    for (const bool cleared : {false, true}) {
        for (const std::size_t columns : {79U, 50U, 40U, 21U, 20U, 7U, 81U, 200U}) {
            INFO("columns " << columns << (cleared ? " cleared" : " drawn again"));
            Theatre theatre(80, true, true);
            theatre.screen = Screen(80, 100);
            theatre.show(note("", "above"));
            theatre.show(begin("qwen2.5-coder:7b-instruct-q4_K_M", "pulling 3f1c0a9be2d4", 100 * MB));
            theatre.show(begin("模型模型模型模型模型模型模型模型模型模型模型模型模型", "pulling manifest", 100 * MB));
            theatre.show(amount("qwen2.5-coder:7b-instruct-q4_K_M", 50 * MB, 100 * MB));
            theatre.width = columns;
            theatre.screen.reflow(columns);
            if (!cleared) {
                theatre.show(stage("qwen2.5-coder:7b-instruct-q4_K_M", "verifying"));
                CHECK(theatre.screen.lines().size() == 4); // the note, two items, the whole
            }
            theatre.progress->clear();
            CHECK(theatre.screen.text() == "above\n");
            CHECK(theatre.screen.row() == 1);
            CHECK(theatre.screen.wraps() == 0);
            CHECK(theatre.screen.offences().empty());
        }
    }
}

TEST_CASE("bar: an error is wrapped, not cut") {
    Theatre theatre(30);
    theatre.show(failure("qwen3:8b", "pull model manifest: file does not exist"));
    CHECK(theatre.screen.text() == "✗ failed  qwen3:8b: pull\n    model manifest: file does\n    not exist\n");
    CHECK(theatre.screen.wraps() == 0);
}

TEST_CASE("bar: where results follow on the same screen, ends are not said twice, notes are said") {
    HandClock clock;
    Screen screen(80);
    ScreenOut out(screen, clock);
    ProgressOptions options;
    options.mode = ProgressMode::bar;
    options.results_follow = true;
    Terminal terminal;
    terminal.columns = 80;
    const auto progress = make_progress(options, terminal, out, clock);
    progress->handle(begin("a", "x"));
    progress->handle(note("a", "trying again"));
    clock.advance(100ms);
    progress->handle(end("a", "pulled"));
    progress->clear();
    CHECK(screen.text() == "a: trying again\n");
}

TEST_CASE("bar: a note is on the screen at once, as nothing may follow it for minutes") {
    Theatre theatre;
    theatre.show(begin("a", "pulling"));
    theatre.progress->handle(amount("a", 1, 2));
    theatre.progress->handle(note("", "it is busy; trying again in 60.0s"));
    CHECK(theatre.screen.text().starts_with("it is busy; trying again in 60.0s\na   pulling"));
}

TEST_CASE("bar: more items than a window holds are counted") {
    Theatre theatre;
    for (int i = 0; i < 40; ++i)
        theatre.progress->handle(begin("model-" + std::to_string(i), "x"));
    theatre.show(stage("model-0", "y"));
    const std::vector<std::string> lines = theatre.screen.lines();
    REQUIRE(lines.size() == 12);
    CHECK(lines[0] == "model-0       y");
    CHECK(lines[10].find("and 30 more") == 0);
    CHECK(lines[11].find("total") == 0);
    CHECK(theatre.screen.offences().empty());
}

TEST_CASE("bar: the window may scroll under the live area") {
    Theatre theatre;
    theatre.screen = Screen(80, 6);
    theatre.show(begin("a", "x"));
    theatre.show(begin("b", "x"));
    for (int i = 0; i < 50; ++i)
        theatre.show(note("", "note " + std::to_string(i)));
    theatre.progress->clear();
    const std::vector<std::string> lines = theatre.screen.lines();
    REQUIRE(lines.size() == 50);
    for (std::size_t i = 0; i < lines.size(); ++i)
        CHECK(lines[i] == "note " + std::to_string(i));
    CHECK(theatre.screen.offences().empty());
}

TEST_CASE("bar: at most ten redraws a second, and no permanent line is lost") {
    Theatre theatre;
    for (int i = 0; i < 3000; ++i) {
        const std::string item = "m" + std::to_string(i / 10);
        theatre.progress->handle(i % 10 == 9 ? end(item, "done") : amount(item, static_cast<std::uint64_t>(i), 9000));
        theatre.clock.advance(1ms);
    }
    CHECK(theatre.out.times.size() == 30);
    for (std::size_t i = 1; i < theatre.out.times.size(); ++i)
        CHECK(theatre.out.times[i] - theatre.out.times[i - 1] >= 100ms);
    theatre.progress->clear();
    const std::vector<std::string> lines = theatre.screen.lines();
    REQUIRE(lines.size() == 300);
    for (std::size_t i = 0; i < lines.size(); ++i)
        CHECK(lines[i] == "✓ ok      m" + std::to_string(i) + ": done");
}

namespace {

const std::vector<std::string> hostile{"",
                                       "x",
                                       "verifying sha256 digest",
                                       "a\x1b[2J\r\nb",
                                       "\x9b"
                                       "31m",
                                       "模型模型模型模型",
                                       std::string(120, 'w'),
                                       "\xff\xfe",
                                       "e\xcc\x81\xcc\x81",
                                       "\x1b]0;title\x07",
                                       "100%  9 GB/9 GB"};

class Chance {
public:
    explicit Chance(unsigned seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }

private:
    std::mt19937_64 engine_;
};

Event random_event(Chance& chance) {
    Event event;
    event.type = static_cast<Event::Type>(chance.below(5));
    event.item = chance.below(8) == 0 ? hostile[chance.below(hostile.size())] : "m" + std::to_string(chance.below(4));
    event.text = hostile[chance.below(hostile.size())];
    const std::vector<std::uint64_t> sizes{0, 1, 500, 5 * GB, UINT64_MAX};
    event.done = ByteCount(chance.below(2) == 0 ? chance.below(GB) : sizes[chance.below(sizes.size())]);
    event.total = ByteCount(chance.below(2) == 0 ? chance.below(2 * GB) : sizes[chance.below(sizes.size())]);
    event.failed = chance.below(2) == 0;
    return event;
}

} // namespace

TEST_CASE(
    "bar: whatever the events do, no line wraps, nothing but known sequences comes, nothing of the live area stays") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        INFO("seed " << seed);
        Chance chance(seed);
        Theatre theatre(2 + chance.below(100), chance.below(2) == 0, chance.below(2) == 0);
        std::size_t notes = 0;
        for (int i = 0; i < 100; ++i) {
            Event event = random_event(chance);
            // Marked, so that they can be told from the live area; and short, so that they stay on one line.
            if (event.type == Event::Type::note || event.type == Event::Type::end) {
                event.type = Event::Type::note;
                event.item.clear();
                event.text = "#";
                ++notes;
            }
            theatre.progress->handle(event);
            theatre.clock.advance(std::chrono::milliseconds(chance.below(300)));
            if (chance.below(50) == 0) theatre.progress->clear();
        }
        theatre.progress->clear();
        CHECK(theatre.screen.wraps() == 0);
        CHECK(theatre.screen.offences().empty());
        CHECK(theatre.screen.lines() == std::vector<std::string>(notes, "#"));
    }
}

TEST_CASE("bar: ends and notes of any text neither wrap nor break out") {
    for (unsigned seed = 0; seed < 100; ++seed) {
        INFO("seed " << seed);
        Chance chance(seed);
        Theatre theatre(3 + chance.below(60), chance.below(2) == 0, true);
        for (int i = 0; i < 50; ++i) {
            theatre.progress->handle(random_event(chance));
            theatre.clock.advance(std::chrono::milliseconds(chance.below(300)));
        }
        theatre.progress->clear();
        CHECK(theatre.screen.wraps() == 0);
        CHECK(theatre.screen.offences().empty());
        CHECK(theatre.screen.column() == 0);
    }
}

namespace {

// The percentages on the screen by the first word of their lines.
std::map<std::string, int> percentages(const std::vector<std::string>& lines) {
    std::map<std::string, int> result;
    for (const std::string& line : lines) {
        const std::size_t percent = line.find('%');
        if (percent == std::string::npos) continue;
        const std::size_t begin = line.find_last_of(' ', percent) + 1;
        result[line.substr(0, line.find(' '))] = std::stoi(line.substr(begin, percent - begin));
    }
    return result;
}

} // namespace

TEST_CASE("bar: no percentage on the screen ever falls or exceeds 100, whatever the amounts do") {
    for (unsigned seed = 0; seed < 50; ++seed) {
        INFO("seed " << seed);
        Chance chance(seed);
        Theatre theatre(100);
        std::map<std::string, int> highest;
        int mistakes = 0;
        for (const char* item : {"m0", "m1", "m2"})
            theatre.progress->handle(begin(item, "x"));
        for (int i = 0; i < 200; ++i) {
            Event event = random_event(chance);
            event.type = Event::Type::amount;
            event.item = "m" + std::to_string(chance.below(3));
            event.text.clear();
            theatre.show(event);
            for (const auto& [name, percent] : percentages(theatre.screen.lines())) {
                if (percent > 100 || percent < highest[name]) ++mistakes;
                highest[name] = percent;
            }
        }
        CHECK(mistakes == 0);
        CHECK_FALSE(highest.empty());
    }
}
