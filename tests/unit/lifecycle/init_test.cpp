#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/init.hpp"

using namespace codemate;
namespace use = lifecycle::init;
using test::FakeServer;
using test::read_text;
using test::TempDir;
using Do = use::Plan::Do;

namespace {

manifest::Origin origin() {
    return {manifest::Origin::How::found, "/x/codemate.json", "./codemate.json"};
}

ollama::Installed installed(const char* name) {
    return {.name = ModelName::parse(name)};
}

use::Facts facts_of(std::vector<ollama::Installed> models) {
    return {origin(), std::nullopt, std::move(models), ""};
}

manifest::Manifest parsed(const std::string& text) {
    return manifest::manifest_after_edit(text, origin());
}

std::vector<std::string> names(const std::vector<ModelName>& models) {
    std::vector<std::string> all;
    for (const ModelName& name : models)
        all.push_back(name.display());
    return all;
}

use::Plan imported(const std::string& text) {
    use::Facts facts = facts_of({});
    facts.imported = text;
    use::Options options;
    options.source = use::Source::file;
    options.from = "models.json";
    return use::plan(facts, options);
}

bool left_out(const use::Plan& plan, const std::string& what) {
    for (const use::LeftOut& item : plan.left_out) {
        if (item.what.find(what) != std::string::npos) return true;
    }
    return false;
}

// The form of codemate-hub's config/ollama/models.json.
const char* const hub = R"({
  "version": "1.0.0",
  "description": "Models by use case",
  "pull_on_startup": ["qwen2.5-coder:7b-q4_0", "nomic-embed-text", "mistral:latest"],
  "models": {
    "code_generation": {
      "primary": "qwen2.5-coder:7b-q4_0", "fallback": "codellama:7b",
      "parameters": { "temperature": 0.2, "num_ctx": 8192, "stop": ["User:"] }
    },
    "embeddings": { "primary": "nomic-embed-text", "fallback": "all-minilm", "parameters": { "num_ctx": 8192 } },
    "analysis": { "primary": "qwen2.5-coder:7b-q4_0", "parameters": { "num_ctx": 16384 } },
    "vision": { "primary": "llava:7b", "fallback": "bakllava:latest", "note": "Pulled separately" }
  },
  "gpu_optimization": { "cpu_only": { "num_gpu": 0 } },
  "modelfiles": { "codemate-coder": { "base": "qwen2.5-coder:7b-q4_0" } }
})";

} // namespace

TEST_CASE("every installed model becomes required") {
    const use::Plan plan = use::plan(facts_of({installed("mistral"), installed("hf.co/o/r:Q4_0")}), {});
    CHECK(plan.what == Do::create);
    CHECK(plan.source == use::Source::installed);
    CHECK(names(manifest::required_set(parsed(plan.text))) ==
          std::vector<std::string>{"mistral:latest", "hf.co/o/r:Q4_0"});
    CHECK(plan.added.size() == 2);
    CHECK(plan.declared == 2);
    CHECK(plan.required == 2);
    CHECK(plan.left_out.empty());
}

TEST_CASE("what cannot be declared is left out, with the reason") {
    ollama::Installed cloud = installed("gpt-oss:120b");
    cloud.remote_host = "https://ollama.com";
    const use::Plan plan = use::plan(facts_of({cloud, installed("m:7b.codemate-20261122t120000z-0123456789ab"),
                                               installed("x:cloud"), installed("default"), installed("all"),
                                               installed("Mistral"), installed("mistral"), installed("m:7b")}),
                                     {});
    CHECK(names(plan.added) == std::vector<std::string>{"m:7b", "Mistral:latest"});
    CHECK(plan.left_out.size() == 6);
    for (const use::LeftOut& item : plan.left_out)
        CHECK_FALSE(item.why.empty());
}

TEST_CASE("an empty server gets the built-in set, and so does who asks for it") {
    use::Options built_in;
    built_in.source = use::Source::built_in;
    const use::Plan plan = use::plan(facts_of({}), {});
    CHECK(plan.source == use::Source::built_in);
    CHECK(plan.text == use::plan(facts_of({installed("mistral")}), built_in).text);
    const manifest::Manifest manifest = parsed(plan.text);
    CHECK(manifest.roles.size() == 3);
    CHECK(manifest.protect.size() == 2);
    CHECK(plan.text.find("a project has none") == std::string::npos);
}

TEST_CASE("a codemate.json that is there is added to, and nothing else in it changes") {
    const std::string before = "{\n  // ours\n  \"schema\": 1,\n  \"roles\": { \"chat\": \"mistral\" }, // one\n"
                               "  \"groups\": { \"code\": [\"coder:7b\"] }\n}\n";
    use::Facts facts =
        facts_of({installed("Mistral:latest"), installed("coder:7b"), installed("chat"), installed("new:1")});
    facts.text = before;
    const use::Plan plan = use::plan(facts, {});
    CHECK(plan.what == Do::extend);
    CHECK(names(plan.added) == std::vector<std::string>{"new:1"});
    CHECK(left_out(plan, "chat:latest")); // the role's word
    // The roles are required as before.
    CHECK(names(manifest::required_set(parsed(plan.text))) == std::vector<std::string>{"mistral:latest", "new:1"});
    std::string expected = before;
    expected.replace(expected.find("] }\n"), 4, "], \"default\": [\"chat\", \"new:1\"] }\n");
    CHECK(plan.text == expected);

    facts.text = plan.text;
    CHECK(use::plan(facts, {}).what == Do::nothing);
    facts.installed.clear();
    CHECK(use::plan(facts, {}).what == Do::nothing); // no built-in set joins
}

TEST_CASE("the built-in set can join a project's own") {
    use::Facts facts = facts_of({});
    facts.text = R"({"schema":1,"roles":{"primary":"mine:1"},"models":{"mistral":{}}})";
    use::Options options;
    options.source = use::Source::built_in;
    const manifest::Manifest manifest = parsed(use::plan(facts, options).text);
    CHECK(manifest.roles.at("primary").display() == "mine:1");
    CHECK(manifest.roles.at("fallback").display() == "mistral:latest");
    CHECK(manifest.groups.contains("all-free"));
    CHECK(manifest.declared(ModelName::parse("codellama:7b"))->about.stated.size == "3.8GB");
    CHECK(manifest.declared(ModelName::parse("mistral"))->about.stated.size.empty()); // it was declared
}

TEST_CASE("only --force writes anew, also over mistakes") {
    use::Facts facts = facts_of({installed("mistral")});
    facts.text = "{ nonsense";
    CHECK_THROWS_AS(use::plan(facts, {}), Error);
    use::Options options;
    options.existing = use::Existing::replace;
    const use::Plan plan = use::plan(facts, options);
    CHECK(plan.what == Do::replace);
    CHECK(names(plan.added) == std::vector<std::string>{"mistral:latest"});
}

TEST_CASE("codemate-hub's list of models") {
    const use::Plan plan = imported(hub);
    const manifest::Manifest manifest = parsed(plan.text);
    CHECK(names(manifest::required_set(manifest)) ==
          std::vector<std::string>{"qwen2.5-coder:7b-q4_0", "nomic-embed-text:latest", "mistral:latest"});
    CHECK(manifest.roles.at("primary").display() == "qwen2.5-coder:7b-q4_0");
    CHECK(manifest.roles.at("fallback").display() == "codellama:7b");
    CHECK(manifest.roles.at("embedding").display() == "nomic-embed-text:latest");
    CHECK(manifest.groups.at("vision") == std::vector<std::string>{"llava:7b", "bakllava:latest"});
    const manifest::Declared* coder = manifest.declared(ModelName::parse("qwen2.5-coder:7b-q4_0"));
    CHECK(coder->options.find("num_ctx")->integer() == 8192);
    CHECK(coder->options.find("stop")->elements().size() == 1);
    CHECK(manifest.about.purpose == std::vector<std::string>{"Models by use case"});
    CHECK(manifest.about.notes.size() == 2); // vision's, and the other parameters of analysis
    for (const char* what : {"analysis", "gpu_optimization", "modelfiles"})
        CHECK(left_out(plan, what));
    CHECK(plan.left_out.size() == 3);
}

TEST_CASE("a list of models that is not as it should be") {
    const use::Plan plan = imported(R"({
      "pull_on_startup": ["mistral", 5, "a b", "x:cloud", "MISTRAL"],
      "use_cases": {
        "all": "tinyllama", "mistral": {"primary": "mistral"}, "two words": {"primary": ["a:1", "b:2"]},
        "two_words": {"primary": "c:3"}, "primary": {"model": "d:4"}, "none": {}, "odd": 7,
        "dup": {"primary": "e:5", "fallback": "E:5", "parameters": {"a": 1, "a": 2}, "extra": true}
      }
    })");
    const manifest::Manifest manifest = parsed(plan.text);
    CHECK(names(manifest::required_set(manifest)) == std::vector<std::string>{"mistral:latest"});
    CHECK(manifest.groups.contains("all-models"));
    CHECK(manifest.groups.contains("mistral-models"));
    CHECK(manifest.groups.contains("primary-models"));
    CHECK(manifest.groups.at("two_words") == std::vector<std::string>{"a:1", "b:2"});
    CHECK(manifest.groups.at("dup") == std::vector<std::string>{"e:5"});
    CHECK(left_out(plan, "two_words"));
    CHECK(left_out(plan, "extra"));
    CHECK(left_out(plan, "odd"));
    CHECK(left_out(plan, "pull_on_startup"));
}

TEST_CASE("files that are no list of models") {
    for (const char* text : {"{}", "[]", R"({"models": 5})", R"({"schema":1})", "nonsense"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(imported(text), Error);
    }
}

TEST_CASE("gather asks only for what is needed, execute writes what is there then") {
    const TempDir dir;
    const manifest::ManifestFile file({manifest::Origin::How::found, dir / "codemate.json", "./codemate.json"});
    use::Options built_in;
    built_in.source = use::Source::built_in;
    CHECK(use::gather(built_in, {nullptr, file}, {}).installed.empty());
    FakeServer server;
    server.install("mistral", FakeServer::model({FakeServer::layer("a", ByteCount(1))}));
    const use::Ports ports{&server, file};
    const use::Facts facts = use::gather({}, ports, {});
    dir.write("codemate.json", R"({"schema":1,"roles":{"chat":"tinyllama"}})"); // another process
    const use::Report report = use::execute(facts, {}, ports, {});
    CHECK(report.plan.what == Do::extend);
    CHECK(read_text(dir / "codemate.json").find(R"("default": ["chat", "mistral:latest"])") != std::string::npos);
    use::Options missing;
    missing.source = use::Source::file;
    missing.from = dir / "none.json";
    CHECK_THROWS_AS(use::gather(missing, ports, {}), Error);
}
