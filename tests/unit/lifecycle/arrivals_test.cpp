#include "lifecycle/pull/arrivals.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace std::chrono_literals;
using lifecycle::pull::Arrivals;
using ollama::PullEvent;
using Stage = PullEvent::Stage;

namespace {

const SteadyTime start{1h};

PullEvent of_stage(Stage stage) {
    PullEvent event;
    event.stage = stage;
    return event;
}

PullEvent of_layer(const std::string& name, std::uint64_t completed, std::uint64_t total) {
    PullEvent event;
    event.stage = Stage::layer;
    event.layer_name = name;
    event.completed = ByteCount(completed);
    event.total = ByteCount(total);
    return event;
}

} // namespace

TEST_CASE("a fresh layer was not there") {
    Arrivals arrivals(start);
    arrivals.on(of_stage(Stage::resolving), start);
    arrivals.on(of_layer("a", 6'000'000, 100'000'000), start + 2s); // the manifest took its time
    arrivals.on(of_layer("a", 12'000'000, 100'000'000), start + 2060ms);
    CHECK(arrivals.present_before() == ByteCount(0));
    CHECK(arrivals.fetched() == ByteCount(12'000'000));
    CHECK(arrivals.total() == ByteCount(100'000'000));
    arrivals.on(of_stage(Stage::verifying), start + 5s);
    CHECK(arrivals.fetched() == ByteCount(100'000'000)); // the last event need not reach the total
}

TEST_CASE("a fresh layer that slows down was not there, either") {
    Arrivals arrivals(start);
    arrivals.on(of_layer("a", 30'000'000, 102'000'000), start + 60ms);
    arrivals.on(of_layer("a", 46'000'000, 102'000'000), start + 120ms);
    arrivals.on(of_stage(Stage::verifying), start + 1s);
    CHECK(arrivals.fetched() == ByteCount(102'000'000));
}

TEST_CASE("a resumed layer was there in part") {
    Arrivals arrivals(start);
    arrivals.on(of_layer("a", 56'000'000, 100'000'000), start + 60ms);
    arrivals.on(of_layer("a", 62'000'000, 100'000'000), start + 120ms);
    arrivals.on(of_stage(Stage::verifying), start + 1s);
    CHECK(arrivals.present_before() == ByteCount(50'000'000));
    CHECK(arrivals.fetched() == ByteCount(50'000'000));
}

TEST_CASE("layers that are there are reported at once") {
    Arrivals arrivals(start);
    const std::uint64_t large = 5'000'000'000;
    arrivals.on(of_layer("a", large, large), start + 3s); // so much cannot have come: only the manifest was waited for
    arrivals.on(of_layer("b", 20, 20), start + 3s);
    arrivals.on(of_layer("c", 30, 30), start + 3061ms); // complete, but after a tick: it came over the network
    arrivals.on(of_stage(Stage::verifying), start + 3061ms);
    CHECK(arrivals.present_before() == ByteCount(large + 20));
    CHECK(arrivals.fetched() == ByteCount(30));
    CHECK(arrivals.completed() == ByteCount(large + 50));
}

TEST_CASE("counts that go down, and a layer that comes again") {
    Arrivals arrivals(start);
    arrivals.on(of_layer("a", 10, 100), start + 60ms);
    arrivals.on(of_layer("a", 40, 100), start + 120ms);
    arrivals.on(of_layer("a", 20, 100), start + 180ms);
    CHECK(arrivals.completed() == ByteCount(20));
    arrivals.on(of_layer("b", 5, 5), start + 300ms);
    arrivals.on(of_layer("a", 100, 100), start + 300ms); // the manifest lists it twice
    CHECK(arrivals.total() == ByteCount(105));
    CHECK(arrivals.completed() == ByteCount(105));
}

TEST_CASE("a layer whose stream breaks off did not end") {
    Arrivals arrivals(start);
    arrivals.on(of_stage(Stage::resolving), start);
    arrivals.on(of_layer("a", 6'000'000, 100'000'000), start + 60ms);
    arrivals.on(of_layer("a", 40'000'000, 100'000'000), start + 400ms);
    arrivals.on(of_stage(Stage::resolving), start + 1s);
    CHECK(arrivals.completed() == ByteCount(40'000'000));
    CHECK(arrivals.fetched() == ByteCount(40'000'000));
    arrivals.on(of_layer("a", 5'000'000, 100'000'000), start + 2s); // the server was killed, and kept little
    CHECK(arrivals.lost() == ByteCount(35'000'000));
    arrivals.on(of_stage(Stage::verifying), start + 3s);
    CHECK(arrivals.completed() == ByteCount(100'000'000));
}

TEST_CASE("silence changes nothing, and a total need not be known") {
    Arrivals arrivals(start);
    arrivals.on(of_layer("a", 0, 0), start);
    arrivals.on(of_stage(Stage::silence), start + 250ms);
    CHECK(arrivals.completed() == ByteCount(0));
    CHECK(arrivals.fetched() == ByteCount(0));
}

TEST_CASE("a small first layer that came within one tick was fetched") {
    Arrivals arrivals(start);
    arrivals.on(of_stage(Stage::resolving), start);
    arrivals.on(of_layer("a", 600'000, 600'000), start + 62ms);
    CHECK(arrivals.fetched() == ByteCount(600'000));
    CHECK(arrivals.seen_moving() == ByteCount(0));
}
