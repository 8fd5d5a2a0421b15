#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/state/verified.hpp"

#include <algorithm>
#include <functional>

using namespace codemate;
using namespace codemate::state;
using namespace std::chrono_literals;

namespace {

const Time noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

Verified verified(const std::string& content, std::uint64_t inode = 7) {
    const store::Identity identity{ByteCount(content.size()), noon - 1h + 123ns, noon - 1h + 456ns, inode, 9};
    return {Digest::of(content), identity, noon};
}

} // namespace

TEST_CASE("a verified blob comes back from its line") {
    const Verified written = verified("weights");
    CHECK(parse_verified(to_line(written)) == written);
    for (const char* text : {"", "{", "[]", "7", R"({"digest":"sha256:1"})", R"({"at":"2026-11-22T12:00:00Z"})"})
        CHECK_FALSE(parse_verified(text));
}

TEST_CASE("what is known of a file holds as long as nothing of it has changed, and for a time") {
    const Verified known = verified("weights");
    struct Row {
        const char* what;
        std::function<void(store::Identity&, Time&, Duration&)> change;
        bool good;
    };
    const std::vector<Row> rows{
        {"nothing", [](auto&, auto&, auto&) {}, true},
        {"size", [](auto& there, auto&, auto&) { there.size = there.size + ByteCount(1); }, false},
        {"mtime", [](auto& there, auto&, auto&) { there.modified += Duration(1); }, false},
        {"ctime", [](auto& there, auto&, auto&) { there.changed += Duration(1); }, false},
        {"inode", [](auto& there, auto&, auto&) { ++there.inode; }, false},
        {"device", [](auto& there, auto&, auto&) { ++there.device; }, false},
        {"the last day", [](auto&, auto& now, auto&) { now += 30 * 24h; }, true},
        {"too old", [](auto&, auto& now, auto&) { now += 30 * 24h + Duration(1); }, false},
        {"a clock that was set back", [](auto&, auto& now, auto&) { now -= Duration(1); }, false},
        {"no patience", [](auto&, auto& now, auto& max_age) { now += Duration(1), max_age = 0s; }, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        store::Identity there = known.identity;
        Time now = noon;
        Duration max_age = 30 * 24h;
        row.change(there, now, max_age);
        CHECK(still_good(known, there, now, max_age) == row.good);
    }
}

TEST_CASE("what was changed shortly before it was read is not remembered") {
    const auto worth = [](Duration modified, Duration changed) {
        return worth_remembering({ByteCount(1), noon + modified, noon + changed, 1, 1}, noon);
    };
    CHECK(worth(-3s + 1ns, -3s + 1ns));
    CHECK(worth(-2s - 1ns, -2s - 1ns));
    CHECK_FALSE(worth(-2s + 1ns, -1h + 1ns));
    CHECK_FALSE(worth(-1h + 1ns, -2s + 1ns)); // its time was set back
    CHECK_FALSE(worth(1h + 1ns, -1h + 1ns));  // of the future
    // whole seconds
    CHECK(worth(-5s, -5s));
    CHECK_FALSE(worth(-4s, -4s));
    CHECK_FALSE(worth(-4s, -3s - 1ns));
}

TEST_CASE("the memory of a file is renewed, that of others stays") {
    const test::TempDir dir;
    const VerifiedBlobs blobs(dir / "a/b/verified.jsonl");
    CHECK(blobs.entries().empty());
    blobs.add(std::vector{verified("one"), verified("two")}, {});
    Verified newer = verified("one");
    newer.at = noon + 1h;
    newer.identity.changed = noon;
    blobs.add(std::vector{newer, verified("one", 8)}, {}); // the other is in another store
    const auto entries = blobs.entries();
    REQUIRE(entries.size() == 3);
    CHECK(std::ranges::is_sorted(entries, {}, &Verified::digest));
    CHECK(std::ranges::count(entries, newer) == 1);
    blobs.add({}, {});
    CHECK(blobs.entries().size() == 3);
}

TEST_CASE("the memory is bounded, and what is newest stays") {
    const test::TempDir dir;
    const VerifiedBlobs blobs(dir / "verified.jsonl");
    std::vector<Verified> many;
    for (std::uint64_t i = 0; i < 20'001; ++i)
        many.push_back(verified("x", i));
    blobs.add(many, {});
    const auto entries = blobs.entries();
    REQUIRE(entries.size() == 20'000);
    CHECK(entries.front().identity.inode == 1);
}

TEST_CASE("half a line of a crash spoils nothing, and a memory that cannot be kept says so") {
    const test::TempDir dir;
    dir.write("verified.jsonl", to_line(verified("one")) + "\n" + to_line(verified("two")).substr(0, 40));
    CHECK(VerifiedBlobs(dir / "verified.jsonl").entries().size() == 1);
    dir.write("file", "");
    const VerifiedBlobs none(dir / "file/verified.jsonl");
    CHECK_THROWS_AS(none.add(std::vector{verified("one")}, {}), Error);
    CHECK(none.entries().empty());
}

TEST_CASE("a memory that is too large to be read is put aside, and a new one begins") {
    const test::TempDir dir;
    dir.write("verified.jsonl", "nonsense");
    std::filesystem::resize_file(dir / "verified.jsonl", 100'000'000);
    const VerifiedBlobs blobs(dir / "verified.jsonl");
    CHECK(blobs.entries().empty());
    blobs.add(std::vector{verified("one")}, {});
    CHECK(blobs.entries().size() == 1);
    CHECK(std::filesystem::file_size(dir / "verified.jsonl.old") == 100'000'000);
}
