#include "support/catch.hpp"
#include "support/fake_server.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/pull.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::pull;
using ollama::Transport;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {"primary": "coder:7b-q4_0", "embedding": "coder:7b-q4_0", "fallback": "mistral"},
  "mirrors": ["http://lan:5000", "https://tls.lan:5000/", "http://registry.ollama.ai"],
  "models": {"coder:7b-q4_0": {"from": "coder:7b-instruct"}, "far": {"from": "hf.co/owner/far:Q4"}, "extra": {}}
})";

// The plan for these targets; `installed` stands on the server.
use::Plan plan_of(std::vector<std::string> targets, const std::vector<std::string>& installed = {},
                  use::Options options = {}) {
    use::Facts facts{test::manifest_of(project), {}, {}};
    facts.wanted = manifest::resolve(facts.manifest, targets);
    for (const std::string& name : installed) {
        ollama::Installed model{
            ModelName::parse(name), Digest::of(name), ByteCount(1), {}, {}, {}, {}, {}, 0, {}, {}, {}};
        facts.installed.push_back(model);
    }
    options.targets = std::move(targets);
    return use::plan(facts, options);
}

} // namespace

TEST_CASE("a declared model comes from its own name, or from the one that it names") {
    const use::Plan plan = plan_of({});
    REQUIRE(plan.steps.size() == 2);
    CHECK(plan.steps[0].name.display() == "coder:7b-q4_0");
    CHECK(plan.steps[0].source.display() == "coder:7b-instruct");
    CHECK(plan.steps[0].copies());
    CHECK_FALSE(plan.steps[0].keep_source);
    CHECK(plan.steps[0].reason == "primary and embedding model of the manifest");
    CHECK(plan.steps[0].transport == Transport::https);
    CHECK(plan.steps[1].name.display() == "mistral:latest");
    CHECK_FALSE(plan.steps[1].copies());
}

TEST_CASE("a source that is installed or declared stays") {
    CHECK(plan_of({"primary"}, {"Coder:7B-instruct"}).steps.at(0).keep_source);
    CHECK_FALSE(plan_of({"primary"}, {"coder:7b"}).steps.at(0).keep_source);
}

TEST_CASE("what is installed under the name is known") {
    CHECK(plan_of({"fallback"}, {"Mistral:latest"}).steps.at(0).before == Digest::of("Mistral:latest"));
    CHECK_FALSE(plan_of({"fallback"}).steps.at(0).before);
}

TEST_CASE("plain HTTP only for an address that was written so, there or among the mirrors") {
    CHECK(plan_of({"LAN:5000/owner/m:t"}).steps.at(0).transport == Transport::plain_http);
    CHECK(plan_of({"lan:5001/owner/m:t"}).steps.at(0).transport == Transport::https);
    CHECK(plan_of({"tls.lan:5000/owner/m:t"}).steps.at(0).transport == Transport::https);
    CHECK(plan_of({"http://127.0.0.1:5000/owner/m:t"}).steps.at(0).transport == Transport::plain_http);
    CHECK(plan_of({"127.0.0.1:5000/owner/m:t"}).steps.at(0).transport == Transport::https);
}

TEST_CASE("a registry that stands in for the public one") {
    use::Options options;
    options.registry = http::Url::parse("http://127.0.0.1:5000");
    const use::Plan plan = plan_of({"primary", "fallback", "far", "someone/else:x"}, {}, options);
    REQUIRE(plan.steps.size() == 4);
    CHECK(plan.steps[0].source.display() == "127.0.0.1:5000/library/coder:7b-instruct");
    CHECK(plan.steps[0].transport == Transport::plain_http);
    CHECK(plan.steps[1].source.display() == "127.0.0.1:5000/library/mistral:latest");
    CHECK(plan.steps[1].name.display() == "mistral:latest");
    CHECK(plan.steps[2].source.display() == "hf.co/owner/far:Q4"); // not on the public one
    CHECK(plan.steps[2].transport == Transport::https);
    CHECK(plan.steps[3].source.display() == "127.0.0.1:5000/someone/else:x");
    options.registry = http::Url::parse("https://registry.corp");
    CHECK(plan_of({"fallback"}, {}, options).steps.at(0).source.display() ==
          "registry.corp:443/library/mistral:latest");
    CHECK(plan_of({"fallback"}, {}, options).steps.at(0).transport == Transport::https);
}

TEST_CASE("the plan knows the words that a misspelt one may have meant") {
    const use::Plan plan = plan_of({"mistrl"}, {"llama3"});
    CHECK(plan.steps.at(0).target == "mistrl");
    for (const char* word : {"mistral", "primary", "llama3"}) {
        CHECK(std::find(plan.known_words.begin(), plan.known_words.end(), word) != plan.known_words.end());
    }
}
