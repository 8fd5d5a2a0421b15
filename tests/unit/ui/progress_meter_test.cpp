#include "support/catch.hpp"
#include "ui/progress_meter.hpp"

#include <vector>

using namespace codemate;
using namespace codemate::ui;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{1h};
constexpr std::uint64_t MB = 1'000'000;

struct Told {
    Duration at;
    std::uint64_t done, total; // in MB
};

Reading after(const std::vector<Told>& events, Duration at) {
    Meter meter;
    for (const Told& event : events)
        if (event.at <= at) meter.tell(ByteCount(event.done * MB), ByteCount(event.total * MB), start + event.at);
    return meter.read(start + at);
}

} // namespace

TEST_CASE("percentages are rounded down, so that 100 means all") {
    struct Row {
        std::uint64_t done, total;
        std::optional<unsigned> percent;
    };
    for (const Row& row : {Row{0, 0, std::nullopt}, Row{5, 0, std::nullopt}, Row{0, 3, 0}, Row{1, 3, 33}, Row{2, 3, 66},
                           Row{3, 3, 100}, Row{4, 3, 100}, Row{999'999, 1'000'000, 99},
                           Row{UINT64_MAX - 1, UINT64_MAX, 99}, Row{UINT64_MAX, UINT64_MAX, 100}}) {
        CHECK(percent_of(ByteCount(row.done), ByteCount(row.total)) == row.percent);
    }
}

TEST_CASE("remaining time is rounded up and unknown without speed or end") {
    CHECK(seconds_for(ByteCount(10), ByteCount(3)) == 4);
    CHECK(seconds_for(ByteCount(10), ByteCount(0)) == std::nullopt);
    CHECK(seconds_for(ByteCount(0), ByteCount(3)) == std::nullopt);
    CHECK(seconds_for(ByteCount(UINT64_MAX), ByteCount(1)) == std::nullopt);
    CHECK(seconds_text(0) == "0s");
    CHECK(seconds_text(7) == "7s");
    CHECK(seconds_text(65) == "1m05s");
    CHECK(seconds_text(2 * 3600 + 600) == "2h10m");
}

TEST_CASE("a percentage that falls is held for one point and then not shown until it has caught up") {
    HighWaterMark mark;
    const std::vector<std::pair<std::optional<unsigned>, std::optional<unsigned>>> rows{{std::nullopt, std::nullopt},
                                                                                        {0, 0},
                                                                                        {40, 40},
                                                                                        {39, 40},
                                                                                        {38, std::nullopt},
                                                                                        {std::nullopt, std::nullopt},
                                                                                        {39, 40},
                                                                                        {41, 41},
                                                                                        {100, 100},
                                                                                        {99, 100},
                                                                                        {3, std::nullopt}};
    for (const auto& [in, out] : rows)
        CHECK(mark.pass(in) == out);
}

TEST_CASE("a meter that was told nothing reads nothing") {
    Meter meter;
    const Reading reading = meter.read(start);
    CHECK(reading.empty());
    CHECK_FALSE(reading.percent);
    CHECK_FALSE(reading.per_second);
    CHECK_FALSE(meter.told());
}

TEST_CASE("an expected total counts until something is told") {
    Meter meter;
    meter.expect(ByteCount(100));
    CHECK(meter.read(start).percent == 0);
    CHECK(meter.read(start).total == ByteCount(100));
    meter.tell(ByteCount(60), ByteCount(120), start);
    meter.expect(ByteCount(7));
    CHECK(meter.read(start).percent == 50);
    CHECK(meter.read(start).open); // it grew
}

TEST_CASE("what is shown never goes down, whatever is told") {
    Meter meter;
    meter.tell(ByteCount(60), ByteCount(100), start);
    CHECK(meter.read(start).percent == 60);
    meter.tell(ByteCount(30), ByteCount(100), start + 1s); // a failed part was rolled back
    CHECK(meter.read(start + 1s).done == ByteCount(60));
    CHECK(meter.read(start + 1s).percent == 60);
    meter.tell(ByteCount(0), ByteCount(0), start + 2s); // a server that omits both
    CHECK(meter.read(start + 2s).percent == 60);
    CHECK(meter.read(start + 2s).total == ByteCount(100));
    meter.tell(ByteCount(150), ByteCount(100), start + 3s); // more than all
    CHECK(meter.read(start + 3s).percent == 100);
    CHECK(meter.read(start + 3s).total == ByteCount(150));
}

TEST_CASE("a total that grows far hides the percentage until it is true again") {
    Meter meter;
    meter.tell(ByteCount(500), ByteCount(500), start); // a small layer came first
    CHECK(meter.read(start).percent == 100);
    meter.tell(ByteCount(500), ByteCount(4'000'000), start + 1s);
    CHECK(meter.read(start + 1s).percent == std::nullopt);
    CHECK(meter.read(start + 1s).open);
    CHECK_FALSE(meter.read(start + 1s).seconds_left);
    meter.tell(ByteCount(4'000'000), ByteCount(4'000'000), start + 2s);
    CHECK(meter.read(start + 2s).percent == 100);
    meter.tell(ByteCount(4'000'000), ByteCount(4'000'300), start + 3s); // one point less is held
    CHECK(meter.read(start + 3s).percent == 100);
}

TEST_CASE("speed is averaged over the last seconds") {
    struct Row {
        const char* what;
        std::vector<Told> events;
        Duration at;
        std::optional<std::uint64_t> mb_per_second;
        std::optional<std::int64_t> left;
    };
    std::vector<Told> steady, resting;
    for (int i = 0; i <= 300; ++i) // every 100 ms 1 MB
        steady.push_back({i * 100ms, static_cast<std::uint64_t>(i), 1000});
    for (int i = 0; i <= 300; ++i) // the same for 10 s, then only pulses
        resting.push_back({i * 100ms, static_cast<std::uint64_t>(std::min(i, 100)), 1000});
    const std::vector<Row> rows{
        {"too early to tell", {{0s, 0, 100}, {500ms, 50, 100}}, 500ms, {}, {}},
        {"one second", {{0s, 0, 100}, {1s, 50, 100}}, 1s, 50, 1},
        {"a single difference does not count",
         {{0s, 0, 1000}, {1s, 10, 1000}, {2s, 20, 1000}, {2010ms, 80, 1000}},
         2010ms,
         39,
         24},
        {"steady", steady, 30s, 10, 70},
        {"nothing moves any more", resting, 30s, 0, {}},
        {"half of the window moved", resting, 14s, 5, 180},
        {"no events at all", {{0s, 0, 100}, {1s, 50, 100}}, 100s, 0, {}},
        {"resumed: what was there at the start is no speed", {{0s, 900, 1000}, {2s, 920, 1000}}, 2s, 10, 8},
        {"a layer that was there comes with its total", {{0s, 0, 100}, {1s, 10, 100}, {2s, 520, 600}}, 2s, 5, {}},
        {"rolled back", {{0s, 50, 100}, {2s, 20, 100}}, 2s, 0, {}},
        {"complete: nothing is missing", {{0s, 0, 100}, {2s, 100, 100}}, 2s, {}, {}},
        {"pulses before anything is known", {{0s, 0, 0}, {2s, 0, 0}}, 2s, {}, {}},
        {"resumed, after pulses", {{0s, 0, 0}, {2s, 0, 0}, {3s, 500, 1000}, {4s, 510, 1000}}, 4s, 2, 196},
        {"unknown total", {{0s, 0, 0}, {2s, 40, 0}}, 2s, 20, {}},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        const Reading reading = after(row.events, row.at);
        CHECK(reading.per_second.has_value() == row.mb_per_second.has_value());
        if (reading.per_second && row.mb_per_second) CHECK(reading.per_second->count() / MB == *row.mb_per_second);
        CHECK(reading.seconds_left == row.left);
    }
}
