#include "cli/world.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>

// Every fault that the sandbox knows, against a pull: how it ends, what it says, what is left on the disk. Nothing
// hangs: --timeout bounds each of them, and none needs it.

using namespace codemate;
using test::World;

namespace {

struct Row {
    const char* fault; // as the sandbox takes it
    int status;
    const char* says; // of standard error where it fails, else of the result
    const char* left; // on the disk afterwards
};

constexpr const char* all = "model";       // the manifest, and all it names
constexpr const char* nothing = "nothing"; // neither manifest nor blob
constexpr const char* begun = "partial";   // an unfinished download, for the next pull
constexpr const char* blobs = "blobs";     // whole ones without a manifest, for the next pull
constexpr const char* busy = "nothing has come for 300ms";

const Row rows[] = {
    {"slow=2MB/s", 0, "pulled", all},
    {"stall", 4, busy, begun},
    {"silent-stall", 4, busy, begun},
    {"cut-line", 4, "was cut after", blobs},
    {"cut-before-success", 4, "without success", all}, // the server had finished, and did not say so
    {"digest-mismatch", 1, "digest mismatch", blobs},
    {"no-space", 6, "no space left on device", begun},
    {"slow-verify=50ms", 0, "pulled", all},
    {"status=500@/api/pull", 1, "internal server error", nothing},
    {"retry-after=0@/api/pull", 4, "the server is busy: too many requests", nothing},
    {"queue-full@/api/pull", 4, "maximum pending requests exceeded", nothing},
    {"html@/api/pull", 4, "is not Ollama's", nothing},
    {"proxy=502@/api/pull", 4, "does not reach it: 502 Bad Gateway", nothing},
    {"forbidden", 4, "403", nothing},
    {"hang@/api/pull", 4, busy, nothing},
    {"container", 0, "pulled", all},
    {"version=0.1.0", 0, "pulled", all},
    {"moving-tag=mistral:latest", 0, "pulled", all},
    {"registry-status=500", 4, "the registry failed: 500", nothing},
    {"registry-retry-after=0", 4, "the registry asks to come back later", nothing},
    {"registry-html", 4, "no manifest", nothing},
    {"registry-hang", 4, busy, nothing},
    {"registry-slow=2MB/s", 0, "pulled", all},
    {"registry-cut", 0, "pulled", all}, // the server asks for the rest by itself
    {"corrupt", 1, "digest mismatch", blobs},
    {"too-old", 1, "newer Ollama", nothing},
    {"blob-missing", 4, "cannot pull", begun},
    {"no-location", 1, "no Location header", begun},
    {"no-digest-header", 0, "pulled", all},
    {"no-head", 1, "405", nothing},
};

std::string name_of(std::string_view fault) {
    return std::string(fault.substr(0, fault.find_first_of("=@")));
}

std::string left_in(const std::filesystem::path& store) {
    const auto any = [&](const char* directory, auto&& counts) {
        if (!std::filesystem::exists(store / directory)) return false;
        const std::filesystem::recursive_directory_iterator files(store / directory);
        return std::ranges::any_of(files, [&](const auto& entry) {
            return entry.is_regular_file() && counts(entry.path().filename().string());
        });
    };
    const auto is_partial = [](const std::string& name) { return name.find("-partial") != std::string::npos; };
    if (any("manifests", [](const std::string&) { return true; })) return all;
    if (any("blobs", is_partial)) return begun;
    return any("blobs", [](const std::string&) { return true; }) ? blobs : nothing;
}

} // namespace

TEST_CASE("each fault has its row") {
    for (const std::string& fault : test::faults_of_pulls()) {
        CAPTURE(fault);
        CHECK(std::ranges::any_of(rows, [&](const Row& row) { return name_of(row.fault) == fault; }));
    }
    CHECK(test::faults_of_pulls().size() >= 30);
}

TEST_CASE("every fault of the sandbox against a pull") {
    const Row row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    CAPTURE(row.fault);
    test::Sandbox::Options options;
    options.more = {"--patience", "500ms"};
    const World world(options);
    world.sandbox.set_fault(row.fault);
    const auto result =
        world.codemate({"pull", "mistral", "--retries", "0", "--stall-timeout", "300ms", "--timeout", "60s"});
    CAPTURE(result.out, result.err);
    CHECK(result.status() == row.status);
    CHECK((row.status == 0 ? result.out : result.err).find(row.says) != std::string::npos);
    CHECK(result.err.find("the time of --timeout has passed") == std::string::npos);
    CHECK(left_in(world.sandbox.store()) == row.left);
}
