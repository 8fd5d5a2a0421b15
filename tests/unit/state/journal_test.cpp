#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/state/journal.hpp"

#include <algorithm>

using namespace codemate;
using namespace codemate::state;
using namespace std::chrono_literals;

namespace {

const std::string manifest = R"({"schemaVersion":2})";

Pulled pulled(int number) {
    Pulled entry{Time(std::chrono::seconds(1'700'000'000 + number)),
                 "http://127.0.0.1:11434",
                 ModelName::parse("mistral"),
                 Digest::of(manifest),
                 manifest,
                 ModelName::parse("mistral")};
    entry.fetched = ByteCount(static_cast<std::uint64_t>(number));
    entry.took = 1500ms;
    return entry;
}

} // namespace

TEST_CASE("what was pulled comes back from its line") {
    Pulled entry = pulled(7);
    entry.attempts = 3;
    entry.stalls = 2;
    entry.lost = ByteCount(4711);
    entry.removed = true;
    const auto back = parse_line(to_line(entry));
    REQUIRE(back);
    CHECK(back->at == entry.at);
    CHECK(back->server == entry.server);
    CHECK(back->name == entry.name);
    CHECK(back->digest == entry.digest);
    CHECK(back->manifest == manifest);
    CHECK(back->source == entry.source);
    CHECK(back->fetched == entry.fetched);
    CHECK(back->took == entry.took);
    CHECK(back->attempts == 3);
    CHECK(back->stalls == 2);
    CHECK(back->lost == ByteCount(4711));
    CHECK(back->removed);
}

TEST_CASE("what a line cannot be relied on for is left out") {
    SECTION("bytes that do not have the digest") {
        Pulled entry = pulled(1);
        entry.manifest = "{}";
        REQUIRE(parse_line(to_line(entry)));
        CHECK_FALSE(parse_line(to_line(entry))->manifest);
    }
    SECTION("a manifest that is too long") {
        Pulled entry = pulled(1);
        entry.manifest = std::string(std::size_t{300} << 10U, ' ');
        entry.digest = Digest::of(*entry.manifest);
        CHECK(to_line(entry).size() < 1000);
        CHECK_FALSE(parse_line(to_line(entry))->manifest);
    }
    SECTION("lines of another form") {
        const auto text = GENERATE(as<std::string>(), "", "{", "[]", "7", R"({"at":"now"})",
                                   R"({"at":"2026-11-22T12:00:00Z","name":"m","digest":"sha256:1","source":"m"})");
        CHECK_FALSE(parse_line(text));
    }
}

TEST_CASE("the journal keeps what is added, oldest first, and makes its directory") {
    const test::TempDir dir;
    const Journal journal(dir / "a/b/journal.jsonl");
    CHECK(journal.entries().empty());
    for (int i = 0; i < 3; ++i)
        journal.add(pulled(i), {});
    const auto entries = journal.entries();
    REQUIRE(entries.size() == 3);
    CHECK(std::ranges::is_sorted(entries, {}, &Pulled::at));
}

TEST_CASE("the journal is bounded, and what is newest stays") {
    const test::TempDir dir;
    std::string text;
    SECTION("in its lines") {
        for (int i = 0; i < 1200; ++i)
            text += to_line(pulled(i)) + "\n";
        dir.write("journal.jsonl", text);
        const Journal journal(dir / "journal.jsonl");
        journal.add(pulled(1200), {});
        const auto entries = journal.entries();
        REQUIRE(entries.size() == 1000);
        CHECK(entries.back().fetched == ByteCount(1200));
        CHECK(entries.front().fetched == ByteCount(201));
    }
    SECTION("in its bytes") {
        Pulled large = pulled(1);
        large.manifest = std::string(std::size_t{250} << 10U, ' ');
        large.digest = Digest::of(*large.manifest);
        for (int i = 0; i < 40; ++i)
            text += to_line(large) + "\n";
        dir.write("journal.jsonl", text);
        const Journal journal(dir / "journal.jsonl");
        journal.add(pulled(2), {});
        CHECK(test::read_text(dir / "journal.jsonl").size() <= std::size_t{8} << 20U);
        CHECK(journal.entries().size() > 25);
        CHECK(journal.entries().back().fetched == ByteCount(2));
    }
}

TEST_CASE("a journal that is too large to be read is put aside, and a new one begins") {
    const test::TempDir dir;
    dir.write("journal.jsonl", "nonsense");
    dir.write("journal.jsonl.old", "an older one");
    std::filesystem::resize_file(dir / "journal.jsonl", 100'000'000);
    const Journal journal(dir / "journal.jsonl");
    CHECK(journal.entries().empty());
    journal.add(pulled(1), {});
    CHECK(journal.entries().size() == 1);
    CHECK(std::filesystem::file_size(dir / "journal.jsonl") < 1000);
    CHECK(std::filesystem::file_size(dir / "journal.jsonl.old") == 100'000'000);
}

TEST_CASE("half a line of a crash spoils nothing") {
    const test::TempDir dir;
    dir.write("journal.jsonl", to_line(pulled(1)) + "\n" + to_line(pulled(2)).substr(0, 40));
    const Journal journal(dir / "journal.jsonl");
    CHECK(journal.entries().size() == 1);
    journal.add(pulled(3), {});
    CHECK(journal.entries().size() == 2);
}

TEST_CASE("a journal that cannot be kept says so") {
    const test::TempDir dir;
    dir.write("file", "");
    const Journal journal(dir / "file/journal.jsonl");
    CHECK_THROWS_AS(journal.add(pulled(1), {}), Error);
    CHECK(journal.entries().empty());
}
