#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/json/value.hpp"

#include <filesystem>

using namespace codemate;
using test::Place;

namespace {

void copy_hub(const Place& place) {
    std::filesystem::copy(std::filesystem::path(CODEMATE_TEST_DATA) / "hub", place.directory().path(),
                          std::filesystem::copy_options::recursive);
}

std::string count_of(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return std::to_string(count);
}

} // namespace

TEST_CASE("refs lists every mention, and rewrites one model's") {
    Place place;
    place.server("127.0.0.1:1");
    copy_hub(place);
    const auto text = place.codemate({"refs"});
    CHECK(text.status() == 3);
    CHECK(test::golden_difference("refs.txt", text.out) == "");
    CHECK(text.err == "codemate: note: no server answers, so what is installed is not known\n");

    const json::Value document = test::checked_document(place.codemate({"refs", "--json", "fallback"}).out, "refs");
    CHECK(*document.find("ok") == json::Value(true)); // nothing is wrong with this one's
    CHECK(document.find("mentions")->elements().size() > 20);
    CHECK(*document.find("listed_by") == json::Value("walk"));

    const auto refused = place.codemate({"refs", "--rewrite", "mistral", "mistral:7b"});
    CHECK(refused.status() == 7);
    CHECK(refused.out.find("+ollama pull") == std::string::npos);
    CHECK(refused.out.find("+FALLBACK_MODEL=\"mistral:7b\"\n") != std::string::npos);
    CHECK(refused.out.ends_with("nothing was changed\n"));
    CHECK(place.codemate({"refs", "--rewrite", "mistral", "mistral:7b", "--dry-run"}).status() == 0);
    test::checked_document(place.codemate({"refs", "--rewrite", "mistral", "mistral:7b", "--json"}).out, "refs");

    const auto changed = place.codemate({"refs", "--rewrite", "mistral", "mistral:7b", "--yes"});
    CHECK(changed.status() == 0);
    CHECK(changed.out.find("files changed") != std::string::npos);
    CHECK(changed.err.find("still declares mistral:latest") != std::string::npos);
    CHECK(test::read_text(place.directory() / ".env.example").find("FALLBACK_MODEL=\"mistral:7b\"\n") !=
          std::string::npos);
    CHECK(test::read_text(place.directory() / "codemate.json").find("mistral:7b\"") == std::string::npos);
    CHECK(place.codemate({"refs", "--json", "mistral:latest"}).out.find("\"mentions\": []") != std::string::npos);
}

TEST_CASE("refs says what is installed, and on a terminal it asks") {
    test::World world;
    REQUIRE(world.codemate({"pull", "mistral:latest"}).status() == 0);
    world.directory().write("codemate.json", R"({"schema":1,"roles":{"a":"mistral","b":"llama3:8b"}})");
    world.directory().write("sub/a.sh", "ollama pull mistral\nollama pull llama3:8b\n");
    const auto result = world.codemate({"refs"});
    CHECK(result.status() == 0);
    CHECK(result.err.empty());
    CHECK(result.out.find("mistral      declared\n") != std::string::npos);
    CHECK(result.out.find("llama3:8b    declared, not installed\n") != std::string::npos);
    const auto terminal = world.in_terminal({"refs", "--rewrite", "llama3:8b", "gemma:7b", "--yes"});
    CHECK(terminal.status() == 0);
    CHECK(test::read_text(world.directory() / "sub/a.sh") == "ollama pull mistral\nollama pull gemma:7b\n");
}

TEST_CASE("refs refuses what makes no sense") {
    const Place place;
    CHECK(place.codemate({"refs", "--yes"}).status() == 2);
    CHECK(place.codemate({"refs", "--dry-run"}).status() == 2);
    CHECK(place.codemate({"refs", "--rewrite", "mistral"}).status() == 2);
    CHECK(place.codemate({"refs", "--rewrite", "mistral", "a b"}).status() == 2);
    const auto empty = place.codemate({"refs", "--rewrite", "mistral", "llama3", "--yes"});
    CHECK(empty.status() == 0);
    CHECK(empty.out == "mistral:latest → llama3: no mention to change\n");
}

TEST_CASE("check reads the project's files, and annotates in GitHub Actions") {
    Place place;
    place.directory().write("codemate.json", R"({"schema":1,"roles":{"a":"mistral:7b","embedding":"bge-m3:567m"}})");
    place.directory().write("src/a.py", "model = 'mistrl:7b'\nEMBEDDING_MODEL = 'all-minilm'\n");
    place.directory().write("b.md", "`llava:7b`, `llava:7b`\n");
    place.set("GITHUB_ACTIONS", "true");
    const auto result = place.codemate({"check"});
    CHECK(result.status() == 3);
    CHECK(result.out.find(
              "problem: src/a.py: line 1: 'mistrl:7b' is no model that is known; did you mean mistral:7b?\n") !=
          std::string::npos);
    CHECK(result.out.find("problem: src/a.py: line 2: 'all-minilm' makes embeddings, but the role embedding of "
                          "./codemate.json says bge-m3:567m") != std::string::npos);
    CHECK(result.out.find("warning: b.md: line 1: 'llava:7b' is not declared, here and in 1 other place: "
                          "`codemate refs llava:7b`\n") != std::string::npos);
    const std::string root = std::filesystem::canonical(place.directory().path()).string();
    CHECK(result.err.find("::error title=codemate,file=" + root + "/src/a.py,line=1::'mistrl:7b' is no model") !=
          std::string::npos);
    CHECK(count_of(result.err, "::error ") == "2");
    const auto refs = place.codemate({"refs"});
    CHECK(refs.err.find("file=" + root + "/src/a.py,line=2,col=20::all-minilm: contradicting") != std::string::npos);
    const json::Value document = test::checked_document(place.codemate({"check", "--json"}).out, "check");
    CHECK(*document.find("findings")->elements()[0].find("path") == json::Value("src/a.py"));
    // The built-in set is nobody's project.
    CHECK(place.codemate({"check", "--manifest", "builtin"}).out.find("src/a.py") == std::string::npos);
}
