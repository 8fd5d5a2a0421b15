#include "store/check_pool.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace codemate::store;

namespace {

std::vector<std::size_t> indices(const Hand& hand) {
    std::vector<std::size_t> indices;
    for (const auto& stream : hand)
        indices.push_back(stream->index);
    return indices;
}

// As if it had been opened and hashed up to there.
void read_up_to(const Hand& hand, std::uint64_t offset) {
    for (const auto& stream : hand) {
        stream->before.identity.size = ByteCount(stream->counted);
        stream->offset = offset;
    }
}

using Indices = std::vector<std::size_t>;

} // namespace

TEST_CASE("as long as there are no more blobs than cores, each core gets one") {
    CheckPool pool({{4, 100}, {7, 50}}, 2, {});
    CHECK(indices(pool.take()) == Indices{4});
    CHECK(indices(pool.take()) == Indices{7});
}

TEST_CASE("more blobs than cores: as many as a core has lanes for") {
    CheckPool pool({{0, 9}, {1, 8}, {2, 7}, {3, 6}, {4, 5}, {5, 4}, {6, 3}, {7, 2}}, 2, {});
    const std::size_t lanes = Sha256Lane::at_once();
    CHECK(pool.take().size() == lanes);
    CHECK(pool.take().front()->index == lanes);
}

TEST_CASE("what was begun comes before what was not, the longest first") {
    CheckPool pool({{0, 90}, {1, 80}, {2, 70}, {3, 60}}, 4, {});
    Hand first = pool.take();
    read_up_to(first, 50); // 40 left
    Hand second = pool.take();
    read_up_to(second, 10); // 70 left
    pool.put_back(std::move(first));
    pool.put_back(std::move(second));
    CHECK(indices(pool.take()) == Indices{1});
    CHECK(indices(pool.take()) == Indices{0});
    CHECK(indices(pool.take()) == Indices{2});
}

TEST_CASE("a core that has lost its blob takes one of another core's") {
    if (Sha256Lane::at_once() < 2) return;
    CheckPool pool({{0, 90}, {1, 80}, {2, 70}}, 2, {});
    Hand two = pool.take();
    const Hand one = pool.take();
    CHECK(indices(two) == Indices{0, 1});
    CHECK(indices(one) == Indices{2});
    pool.finished(); // of the one
    read_up_to(two, 10);
    pool.put_back(std::move(two));
    CHECK(indices(pool.take()) == Indices{0});
    CHECK(indices(pool.take()) == Indices{1});
}

TEST_CASE("nothing is dealt out at the end, after giving up, after a stop") {
    CheckPool done({{0, 1}}, 1, {});
    CHECK(done.take().size() == 1);
    done.finished();
    CHECK(done.take().empty());

    CheckPool given_up({{0, 1}}, 1, {});
    given_up.give_up();
    CHECK(given_up.take().empty());

    std::stop_source stop;
    CheckPool stopped({{0, 1}}, 2, stop.get_token());
    CHECK(stopped.take().size() == 1);
    stop.request_stop();
    CHECK(stopped.take().empty()); // does not wait for what is in another's hand
}
