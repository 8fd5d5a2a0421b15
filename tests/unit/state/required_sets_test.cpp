#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/state/required_sets.hpp"

using namespace codemate;
using namespace codemate::state;
using namespace std::chrono_literals;

namespace {

const Time now = *parse_rfc3339("2026-11-22T12:00:00Z");
const std::string server = "http://127.0.0.1:11434";

RequiredSet set(std::string manifest, std::vector<std::string> names, Time used = now) {
    RequiredSet result{server, std::move(manifest), {}, used};
    for (const std::string& name : names)
        result.models.push_back(ModelName::parse(name));
    return result;
}

} // namespace

TEST_CASE("a required set comes back from its line") {
    const RequiredSet given = set("/a/codemate.json", {"mistral", "hf.co/o/m:Q4"});
    CHECK(parse_required_set(to_line(given)) == given);
    const auto text = GENERATE(as<std::string>(), "", "{", "[]", "7", R"({"used":"now"})",
                               R"({"used":"2026-11-22T12:00:00Z","server":"x","manifest":"y","models":["a b"]})",
                               R"({"used":"2026-11-22T12:00:00Z","server":"x","manifest":"y","models":"a"})");
    CHECK_FALSE(parse_required_set(text));
}

TEST_CASE("each manifest has its latest set, for 90 days") {
    const test::TempDir dir;
    const RequiredSets sets(dir / "state/required.jsonl");
    CHECK(sets.entries(now).empty());
    sets.remember(set("/a", {"x", "y"}, now - std::chrono::days(91)), {});
    sets.remember(set("/b", {"x"}, now - std::chrono::days(89)), {});
    CHECK(sets.entries(now) == std::vector{set("/b", {"x"}, now - std::chrono::days(89))});
    sets.remember(set("/b", {"z"}), {});
    sets.remember(set("/c", {}), {});
    CHECK(sets.entries(now) == std::vector{set("/b", {"z"}), set("/c", {})});
    CHECK(sets.entries(now + std::chrono::days(91)).empty());
}

TEST_CASE("what says nothing new is not written again within a day") {
    const test::TempDir dir;
    const RequiredSets sets(dir / "required.jsonl");
    sets.remember(set("/a", {"x"}), {});
    sets.remember(set("/a", {"x"}, now + 23h), {});
    CHECK(sets.entries(now).at(0).used == now);
    sets.remember(set("/a", {"x"}, now + 24h), {});
    CHECK(sets.entries(now).at(0).used == now + 24h);
    sets.remember(set("/a", {"x"}, now), {}); // after the clock was set back
    CHECK(sets.entries(now).at(0).used == now);
}

TEST_CASE("what else stands in the file does no harm") {
    const test::TempDir dir;
    dir.write("required.jsonl", "nonsense\n" + to_line(set("/a", {"x"})) + "\n{\"half");
    const RequiredSets sets(dir / "required.jsonl");
    CHECK(sets.entries(now).size() == 1);
    sets.remember(set("/b", {"y"}), {});
    CHECK(sets.entries(now).size() == 2);
    std::filesystem::resize_file(dir / "required.jsonl", 100'000'000);
    CHECK(sets.entries(now).empty());
    sets.remember(set("/b", {"y"}), {});
    CHECK(sets.entries(now).size() == 1);
}

TEST_CASE("what cannot be kept says so") {
    const test::TempDir dir;
    dir.write("file", "");
    const RequiredSets sets(dir / "file/required.jsonl");
    CHECK(sets.entries(now).empty());
    CHECK_THROWS_AS(sets.remember(set("/a", {"x"}), {}), Error);
}
