#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/manifest/edit.hpp"

#include <unistd.h>

using namespace codemate;
using namespace codemate::manifest;
using codemate::test::read_text;
using codemate::test::TempDir;

namespace {

const std::string project = R"({
  // What we need.
  "schema": 1,
  "roles": {
    "primary": "coder:7b", // fast
    "fallback": "mistral"
  },
  "groups": { "code": ["primary", "coder:32b"] },
  "models": {
    "mistral": {} // short
  }
}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Origin at(const std::filesystem::path& path) {
    return {Origin::How::found, path, "./codemate.json"};
}

} // namespace

TEST_CASE("a role is set, added, or left as it is written") {
    const ModelName name = ModelName::parse("tinyllama");
    CHECK(with_role(project, "primary", name) == replaced(project, "\"coder:7b\", //", "\"tinyllama:latest\", //"));
    CHECK(with_role(project, "chat", name) ==
          replaced(project, "\"mistral\"\n", "\"mistral\",\n    \"chat\": \"tinyllama:latest\"\n"));
    CHECK(with_role(project, "fallback", ModelName::parse("mistral:latest")) == project);
    CHECK(with_role("{\"schema\":1}", "chat", name) == R"({"schema":1,"roles":{ "chat": "tinyllama:latest" }})");
}

TEST_CASE("members join a group; default goes on to mean all roles") {
    const std::vector<std::string> added{"a:1", "b:2"};
    CHECK(with_members(project, "code", added) ==
          replaced(project, "\"coder:32b\"]", "\"coder:32b\", \"a:1\", \"b:2\"]"));
    const std::string text = with_members(project, "default", added);
    CHECK(text ==
          replaced(project, "\"coder:32b\"] }", R"("coder:32b"], "default": ["primary", "fallback", "a:1", "b:2"] })"));
    const Manifest manifest = manifest_after_edit(text, {});
    CHECK(required_set(manifest).size() == 4);
    CHECK(with_members(project, "default", {}) == project);
}

TEST_CASE("a declaration is added or replaced, also under the short name") {
    const json::Value options = json::Value::object().set("options", json::Value::object().set("num_ctx", 4096));
    CHECK(with_model(project, ModelName::parse("mistral"), options) ==
          replaced(project, "{} // short", "{\n      \"options\": { \"num_ctx\": 4096 }\n    } // short"));
    CHECK(with_model(project, ModelName::parse("coder:7b"), json::Value::object()) ==
          replaced(project, "{} // short", "{}, // short\n    \"coder:7b\": {}"));
}

TEST_CASE("an edit that leads to mistakes names them") {
    const std::string text = with_role(project, "mistral", ModelName::parse("tinyllama"));
    try {
        manifest_after_edit(text, at("/x/codemate.json"));
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
        CHECK(error.message() == "./codemate.json would have 1 mistake; nothing was changed");
        CHECK(error.notes().front().find("one word, one thing") != std::string::npos);
        CHECK(error.hint() == "choose another word, or change the file by hand first");
    }
}

TEST_CASE("a file is changed in one step, and only where something changes") {
    const TempDir dir;
    const ManifestFile file(at(dir / "codemate.json"));
    CHECK_FALSE(file.read());
    const auto create = [](const std::optional<std::string>& text) { return text ? *text : project; };
    CHECK(file.update(create, {}) == project);
    CHECK(read_text(dir / "codemate.json") == project);
    const auto written = std::filesystem::last_write_time(dir / "codemate.json");
    CHECK(file.update(create, {}) == project);
    CHECK(std::filesystem::last_write_time(dir / "codemate.json") == written);
    CHECK_THROWS_AS(file.update([](const auto&) { return std::string("{}"); }, {}), Error);
    CHECK(read_text(dir / "codemate.json") == project);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(file.update([](const auto&) { return project; }, stop.get_token()), Interrupted);
}

TEST_CASE("which file is written") {
    const TempDir dir;
    Search search{std::nullopt, std::nullopt, dir.path(), ::geteuid()};
    CHECK(file_to_write(search).path == dir / "codemate.json");
    CHECK(file_to_write(search).display() == "./codemate.json");
    dir.write(".git/HEAD", "");
    dir.write("codemate.json", project);
    search.directory = dir / "below";
    CHECK(file_to_write(search).path == dir / "codemate.json");
    search.environment = "e.json";
    CHECK(file_to_write(search).path == dir / "below/e.json");
    search.option = "o.json";
    CHECK(file_to_write(search).path == dir / "below/o.json");
    for (const char* word : {"builtin", ""}) {
        search.option = word;
        CHECK_THROWS_AS(file_to_write(search), Error);
    }
}
