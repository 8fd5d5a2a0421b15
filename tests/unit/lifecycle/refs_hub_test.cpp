#include "support/catch.hpp"
#include "support/golden.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/refs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace codemate;
namespace use = lifecycle::refs;

namespace {

const std::filesystem::path data = CODEMATE_TEST_DATA;

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

use::Facts gathered() {
    const auto programs = machine::make_programs();
    return use::gather(data / "hub", test::manifest_of(text_of(data / "hub/codemate.json")), {*programs, nullptr}, {});
}

std::set<std::string> lines_of(const std::string& text) {
    std::set<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.insert(line);
    return lines;
}

std::vector<std::string> less(const std::set<std::string>& a, const std::set<std::string>& b) {
    std::vector<std::string> rest;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
    return rest;
}

} // namespace

// The list beside the tree was made by hand, by marking the names in its files.
TEST_CASE("in a project of many kinds of files every mention is found, and none is invented") {
    const use::Report report = use::examine(gathered());
    std::set<std::string> found;
    for (const use::Item& item : report.items) {
        found.insert(item.file + ":" + std::to_string(item.mention.line) + ":" + std::to_string(item.mention.column) +
                     ": " + item.mention.text);
        const std::string text = text_of(data / "hub" / item.file);
        CHECK(text.substr(item.mention.offset, item.mention.length) == item.mention.text);
    }
    const std::set<std::string> expected = lines_of(text_of(data / "hub.mentions"));
    REQUIRE(expected.size() > 60);
    CHECK(less(expected, found) == std::vector<std::string>());
    CHECK(less(found, expected) == std::vector<std::string>());
}
