#include "cli/world.hpp"
#include "support/catch.hpp"

#include "codemate/json/value.hpp"

#include <filesystem>
#include <memory>

using namespace codemate;
using test::Arguments;
using test::Place;
using test::read_text;

namespace {

const char* const project = R"({
  // What we need.
  "schema": 1,
  "roles": {
    "primary": "coder:7b", // fast
    "fallback": "mistral"
  }
}
)";

struct Checkout : Place {
    Checkout() { directory().write("codemate.json", project); }
    std::string text() const { return read_text(directory() / "codemate.json"); }
};

} // namespace

TEST_CASE("two dashes end the options, wherever they stand") {
    const Checkout place;
    for (const Arguments& line : std::vector<Arguments>{{"use", "--dry-run", "--", "primary", "tinyllama"},
                                                        {"use", "--dry-run", "primary", "--", "tinyllama"},
                                                        {"use", "primary", "--dry-run", "tinyllama", "--"},
                                                        {"--", "use", "primary", "tinyllama"}}) {
        const auto result = place.codemate(line);
        CHECK(result.status() == 0);
        CHECK(result.out.starts_with("primary: coder:7b → tinyllama:latest\n"));
    }
    const auto behind = place.codemate({"use", "primary", "--", "--dry-run"});
    CHECK(behind.status() == 2);
    CHECK(behind.err.find("'--dry-run' is no model name") != std::string::npos);
}

TEST_CASE("use says where the project's files still name the model that had the role") {
    const Checkout place;
    place.directory().write("src/app.py", "import os\nMODEL = \"coder:7b\"\nOTHER = \"mistral\"\n");
    const auto result = place.codemate({"use", "--dry-run", "primary", "tinyllama"});
    CHECK(result.out.find("references: 1 mention of coder:7b: src/app.py:2; "
                          "`codemate refs --rewrite coder:7b tinyllama` changes them\n") != std::string::npos);
    const auto as_json = place.codemate({"use", "--dry-run", "primary", "tinyllama", "--json"});
    const json::Value document = test::checked_document(as_json.out, "use");
    CHECK(document.find("references")->elements()[0].find("line")->unsigned_integer() == 2U);
}

TEST_CASE("use changes a role's line, needs no server, and says before and after") {
    const Checkout place;
    const auto result = place.codemate({"use", "primary", "tinyllama"});
    CHECK(result.status() == 0);
    CHECK(result.out == "primary: coder:7b → tinyllama:latest\nrequired now: tinyllama:latest\n"
                        "no longer required: coder:7b\n"
                        "lock: there is none; `codemate lock` writes one, and the first `codemate pull` does\n"
                        "benchmark: not measured yet: `codemate benchmark primary`\nchanged ./codemate.json\n");
    CHECK(result.err == "codemate: note: `codemate pull primary` installs tinyllama:latest where it is missing\n");
    std::string expected = project;
    expected.replace(expected.find("coder:7b"), 8, "tinyllama:latest");
    CHECK(place.text() == expected);
    const auto again = place.codemate({"use", "primary", "tinyllama:latest"});
    CHECK(again.status() == 0);
    CHECK(again.out == "primary: tinyllama:latest, as before; nothing was changed\n");
    CHECK(again.err.empty());
}

TEST_CASE("use adds a role, and says which one may have been meant") {
    const Checkout place;
    const auto result = place.codemate({"use", "primry", "mistral", "--dry-run"});
    CHECK(result.status() == 0);
    CHECK(result.out == "primry: (new role) → mistral:latest\n"
                        "lock: there is none; `codemate lock` writes one, and the first `codemate pull` does\n"
                        "benchmark: not measured yet: `codemate benchmark primry`\nnothing was changed\n");
    CHECK(result.err == "codemate: note: there was no role 'primry'; did you mean 'primary'?\n");
    CHECK(place.text() == project);
    CHECK(place.codemate({"use", "vision", "llava:7b", "-q"}).err.empty());
    CHECK(place.text().find("\"fallback\": \"mistral\",\n    \"vision\": \"llava:7b\"\n") != std::string::npos);
}

TEST_CASE("use as JSON") {
    const Checkout place;
    const json::Value document =
        test::checked_document(place.codemate({"use", "primary", "tinyllama", "--json"}).out, "use");
    CHECK(*document.find("before") == json::Value("coder:7b"));
    CHECK(*document.find("after") == json::Value("tinyllama:latest"));
    CHECK(document.find("changed")->boolean() == true);
    CHECK(document.find("consequences")->elements().size() == 2);
    CHECK(document.find("rebuild")->find("steps")->elements().empty());
    const json::Value added =
        test::checked_document(place.codemate({"use", "new", "tinyllama", "--json", "--dry-run"}).out, "use");
    CHECK(added.find("before")->is_null());
    CHECK(added.find("changed")->boolean() == false);
}

TEST_CASE("processes that change a file at once lose nothing") {
    const Checkout place;
    std::vector<std::unique_ptr<test::Process>> processes;
    for (int i = 0; i < 6; ++i) {
        const std::string number = std::to_string(i);
        processes.push_back(
            std::make_unique<test::Process>(place.command({"use", "role" + number, "model:" + number})));
    }
    for (const auto& process : processes)
        CHECK(process->wait().status == 0);
    for (int i = 0; i < 6; ++i)
        CHECK(place.text().find("\"role" + std::to_string(i) + "\": \"model:" + std::to_string(i) + "\"") !=
              std::string::npos);
    const auto files = std::distance(std::filesystem::directory_iterator(place.directory().path()), {});
    CHECK(files == 1); // no lock is left behind
}

TEST_CASE("use is refused without a codemate.json, and names init") {
    Place place;
    const auto refused = place.codemate({"use", "primary", "tinyllama", "--json"});
    CHECK(refused.status() == 2);
    CHECK(refused.err.find("`codemate init`") != std::string::npos);
    test::checked_document(refused.out, "use");
    CHECK(place.codemate({"use", "primary", "tinyllama", "--manifest", "builtin"}).status() == 2);
    place.directory().write("other.json", project);
    CHECK(place.codemate({"use", "primary", "tinyllama", "--manifest", "other.json"}).status() == 0);
    CHECK(read_text(place.directory() / "other.json").find("tinyllama") != std::string::npos);
}

TEST_CASE("use refuses what cannot be, and changes nothing") {
    const Checkout place;
    for (const Arguments& line : std::vector<Arguments>{{"use"},
                                                        {"use", "primary"},
                                                        {"use", "primary", "fallback"},
                                                        {"use", "primary", "a b"},
                                                        {"use", "mistral", "tinyllama"},
                                                        {"use", "a b", "tinyllama"},
                                                        {"use", "p", "x:cloud"}}) {
        const auto result = place.codemate(line);
        CAPTURE(result.err);
        CHECK(result.status() == 2);
        CHECK(result.err.find("codemate: error: ") == 0);
    }
    CHECK(place.text() == project);
}
