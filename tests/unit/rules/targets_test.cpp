#include "support/catch.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/base/error.hpp"
#include "codemate/rules/targets.hpp"

using namespace codemate;

namespace {

const char* const project = R"({"schema": 1, "roles": {"chat": "Mistral"}, "models": {"coder:7b": {}}})";

std::vector<ollama::Installed> installed() {
    std::vector<ollama::Installed> models;
    for (const char* name : {"mistral:latest", "own:1", "own:1.codemate-20261122t120000z-0123456789ab", "gpt:cloud"})
        models.push_back({.name = ModelName::parse(name)});
    models.back().remote_host = "https://ollama.com:443";
    return models;
}

std::vector<std::string> resolved(const std::vector<std::string>& targets) {
    std::vector<std::string> names;
    for (const manifest::Wanted& wanted : rules::resolve(test::manifest_of(project), targets, installed()))
        names.push_back(wanted.name.display() + (wanted.declared ? " declared" : ""));
    return names;
}

} // namespace

TEST_CASE("all is what is installed, but helpers, snapshots and cloud stubs") {
    CHECK(resolved({"all"}) == std::vector<std::string>{"mistral:latest declared", "own:1"});
    CHECK(resolved({"all", "coder:7b", "all"}) ==
          std::vector<std::string>{"coder:7b declared", "mistral:latest declared", "own:1"});
    CHECK(resolved({"chat", "all"}) == std::vector<std::string>{"Mistral:latest declared", "own:1"}); // once
}

TEST_CASE("other targets are the manifest's") {
    CHECK(resolved({}) == std::vector<std::string>{"Mistral:latest declared"});
    CHECK(resolved({"unknown"}) == std::vector<std::string>{"unknown:latest"});
    CHECK_THROWS_AS(resolved({"a b"}), Error);
}

TEST_CASE("installed models are found as the server compares names") {
    const auto models = installed();
    REQUIRE(rules::find(models, ModelName::parse("OWN:1")) != nullptr);
    CHECK(rules::find(models, ModelName::parse("OWN:1"))->name.display() == "own:1");
    CHECK(rules::find(models, ModelName::parse("own:2")) == nullptr);
    const rules::InstalledByName by_name(models);
    for (const char* name : {"OWN:1", "own:2", "mistral", "Mistral:latest", "coder:7b", "hf.co/own/own:1"})
        CHECK(by_name.find(ModelName::parse(name)) == rules::find(models, ModelName::parse(name)));
}
