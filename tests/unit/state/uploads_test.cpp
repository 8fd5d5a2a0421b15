#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/state/uploads.hpp"

using namespace codemate;
using namespace codemate::state;
using namespace std::chrono_literals;

namespace {

const Time noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;
const Digest weights = Digest::of("weights"), other = Digest::of("other");
const std::string place = "registry.corp/models/library/mistral";

} // namespace

TEST_CASE("an upload comes back from its line") {
    const Upload written{place, weights, "https://registry.corp/v2/x?_state=a\"b", noon};
    CHECK(parse_upload(to_line(written)) == written);
    for (const char* text : {"", "{", "[]", "7", R"({"place":"x"})", R"({"at":"2026-11-22T12:00:00Z","blob":"x"})"})
        CHECK_FALSE(parse_upload(text));
}

TEST_CASE("an upload is known by its last address, at its place, for a week, until it has ended") {
    const test::TempDir directory;
    const Uploads uploads(directory / "codemate/uploads.jsonl");
    CHECK_FALSE(uploads.address(place, weights, noon));
    uploads.remember({place, weights, "first", noon}, {});
    uploads.remember({place, other, "another", noon}, {});
    CHECK(std::filesystem::status(directory / "codemate/uploads.jsonl").permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    uploads.remember({"elsewhere", weights, "far", noon}, {});
    uploads.remember({place, weights, "second", noon + 1min}, {});
    CHECK(uploads.address(place, weights, noon + 1h) == "second");
    CHECK(uploads.address(place, other, noon + 1h) == "another");
    CHECK(uploads.address("elsewhere", weights, noon + 1h) == "far");
    CHECK_FALSE(uploads.address(place, weights, noon + 8 * 24h));
    CHECK_FALSE(uploads.address(place, weights, noon)); // the clock was set back
    uploads.forget(place, weights, {});
    CHECK_FALSE(uploads.address(place, weights, noon + 1h));
    CHECK(uploads.address(place, other, noon + 1h) == "another");
    uploads.remember({place, weights, "third", noon + 30 * 24h}, {}); // takes along what is too old
    CHECK_FALSE(uploads.address(place, other, noon + 1h));
}
