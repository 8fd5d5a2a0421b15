#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/sha256_lanes.hpp"

#include <random>
#include <string>
#include <vector>

using namespace codemate;
using Means = Sha256Lane::Means;

namespace {

std::string noise(std::size_t size, unsigned seed) {
    std::minstd_rand random(seed);
    std::string text(size, '\0');
    for (char& byte : text)
        byte = static_cast<char>(random() >> 8U);
    return text;
}

// Both ways of computing where there are two.
std::vector<Means> all_means() {
    std::vector<Means> means{Means::openssl};
    if (Sha256Lane::best() != Means::openssl) means.push_back(Sha256Lane::best());
    return means;
}

Digest digest_of(std::string_view text, Means means) {
    Sha256Lane lane(means);
    Sha256Lane::update(std::vector<Sha256Lane::Feed>{{&lane, text}});
    return lane.finish();
}

std::vector<Digest> digests_of(const std::vector<std::string_view>& texts, Means means) {
    std::vector<Sha256Lane> lanes;
    for (std::size_t i = 0; i < texts.size(); ++i)
        lanes.emplace_back(means);
    std::vector<Sha256Lane::Feed> feeds;
    for (std::size_t i = 0; i < texts.size(); ++i)
        feeds.push_back({&lanes[i], texts[i]});
    Sha256Lane::update(feeds);
    std::vector<Digest> digests;
    for (Sha256Lane& lane : lanes)
        digests.push_back(lane.finish());
    return digests;
}

} // namespace

TEST_CASE("published values, in a lane") {
    struct Known {
        std::string text, hex;
    };
    // FIPS 180-2, appendix B, and the examples that NIST publishes beside it.
    const std::vector<Known> known{
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (const Means means : all_means()) {
        for (const Known& each : known)
            CHECK(digest_of(each.text, means).hex() == each.hex);
    }
}

TEST_CASE("every length around the borders of blocks, one to three lanes and more") {
    const std::string text = noise(200 + 7, 1);
    for (const Means means : all_means()) {
        for (std::size_t length = 0; length <= 200; ++length) {
            const std::string_view first(text.data(), length), second(text.data() + 3, length),
                third(text.data() + 7, length);
            const std::vector<Digest> wanted{Digest::of(first), Digest::of(second), Digest::of(third)};
            REQUIRE(digest_of(first, means) == wanted[0]);
            REQUIRE(digests_of({first, second}, means) == std::vector<Digest>(wanted.begin(), wanted.end() - 1));
            REQUIRE(digests_of({first, second, third}, means) == wanted);
            REQUIRE(digests_of({first, second, third, first, second}, means).back() == wanted[1]);
        }
    }
}

TEST_CASE("lanes of different lengths, every pair around the borders of blocks") {
    const std::string text = noise(140, 2);
    std::vector<std::size_t> lengths;
    for (const std::size_t border : {0U, 56U, 64U, 120U, 128U}) {
        for (std::size_t length = border < 2 ? 0 : border - 2; length <= border + 2; ++length)
            lengths.push_back(length);
    }
    for (const std::size_t first : lengths) {
        for (const std::size_t second : lengths) {
            const std::string_view one(text.data(), first), two(text.data() + 5, second), three(text.data(), 64);
            REQUIRE(digests_of({one, two, three}, Sha256Lane::best()) ==
                    std::vector<Digest>{Digest::of(one), Digest::of(two), Digest::of(three)});
        }
    }
}

TEST_CASE("random pieces in random lanes give what OpenSSL gives of the whole") {
    for (unsigned round = 0; round < 300; ++round) {
        std::minstd_rand random(round + 1);
        const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
        const std::size_t count = 1 + below(5);
        std::vector<std::string> texts;
        std::vector<Sha256Lane> lanes;
        std::vector<std::size_t> done(count, 0);
        for (std::size_t i = 0; i < count; ++i) {
            texts.push_back(noise(below(round % 3 == 0 ? 5000 : 300), round * 10 + static_cast<unsigned>(i)));
            // Also lanes of both kinds in one call.
            lanes.emplace_back(below(5) == 0 ? Means::openssl : Sha256Lane::best());
        }
        for (bool more = true; more;) {
            more = false;
            std::vector<Sha256Lane::Feed> feeds;
            for (std::size_t i = 0; i < count; ++i) {
                const std::string_view rest = std::string_view(texts[i]).substr(done[i]);
                const std::string_view piece = rest.substr(0, below(rest.size() + 2));
                if (below(4) != 0) feeds.push_back({&lanes[i], piece});
                if (!feeds.empty() && feeds.back().lane == &lanes[i]) done[i] += piece.size();
                more = more || done[i] < texts[i].size();
            }
            Sha256Lane::update(feeds);
        }
        for (std::size_t i = 0; i < count; ++i)
            REQUIRE(lanes[i].finish() == Digest::of(texts[i]));
    }
}

TEST_CASE("a lane starts anew, can be moved, and counts more than its pieces") {
    for (const Means means : all_means()) {
        Sha256Lane lane(means);
        const std::string text = noise(1000, 3);
        Sha256Lane::update(std::vector<Sha256Lane::Feed>{{&lane, std::string_view(text).substr(0, 100)}});
        Sha256Lane other(std::move(lane));
        Sha256Lane::update(std::vector<Sha256Lane::Feed>{{&other, std::string_view(text).substr(100)}});
        CHECK(other.finish() == Digest::of(text));
        CHECK(other.finish() == Digest::of(""));
    }
}

TEST_CASE("how many lanes") {
    CHECK(Sha256Lane::at_once(Means::openssl) == 1);
    CHECK(Sha256Lane::at_once(Means::instructions) == 3);
    if (Sha256Lane::best() == Means::openssl) CHECK_THROWS_AS(Sha256Lane(Means::instructions), Error);
}
