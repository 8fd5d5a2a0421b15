// Every link between the pages leads somewhere, and every page can be reached from the first one.
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/lifecycle/docs.hpp"

#include <algorithm>
#include <filesystem>

using namespace codemate;
namespace fs = std::filesystem;
namespace docs = codemate::lifecycle::docs;

namespace {

const fs::path source_directory(CODEMATE_SOURCE_DIR);

std::vector<fs::path> documents() {
    std::vector<fs::path> found;
    for (const char* name : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"})
        found.push_back(source_directory / name);
    for (const auto& entry : fs::recursive_directory_iterator(source_directory / "docs")) {
        if (entry.path().extension() == ".md") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

docs::Target target_at(const fs::path& path) {
    docs::Target target{.exists = fs::exists(path)};
    if (target.exists && path.extension() == ".md") target.anchors = docs::anchors_of(test::read_text(path));
    return target;
}

} // namespace

TEST_CASE("no link in the documentation is dead") {
    for (const fs::path& document : documents()) {
        const std::string text = test::read_text(document);
        std::map<std::string, docs::Target> targets;
        for (const std::string& path : docs::local_links(text))
            targets[path] = target_at(document.parent_path() / path);
        std::vector<docs::Finding> findings;
        docs::check_links(text, targets, findings);
        for (const docs::Finding& finding : findings)
            FAIL_CHECK(fs::relative(document, source_directory).string() + ":" + std::to_string(finding.line) + ": " +
                       finding.text);
    }
}

TEST_CASE("docs/README.md leads to every page, and README.md to it") {
    const auto links = docs::local_links(test::read_text(source_directory / "docs/README.md"));
    for (const auto& entry : fs::directory_iterator(source_directory / "docs")) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() != ".md" || name == "README.md") continue;
        INFO(name);
        CHECK(std::find(links.begin(), links.end(), name) != links.end());
    }
    const auto first = docs::local_links(test::read_text(source_directory / "README.md"));
    CHECK(std::find(first.begin(), first.end(), "docs/README.md") != first.end());
}
