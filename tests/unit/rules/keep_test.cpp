#include "support/catch.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/rules/keep.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <optional>

using namespace codemate;
using rules::KeepReason;
using Why = KeepReason::Why;
using Texts = std::vector<std::string>;

namespace {

const Time now = *parse_rfc3339("2026-11-22T12:00:00Z");

constexpr const char* project = R"({"schema": 1,
    "roles": {"primary": "coder:7b", "embedding": "coder:7b", "fallback": "chat"},
    "groups": {"default": ["primary", "extra"], "big": ["coder:70b"], "all-free": ["big", "small"]},
    "models": {"declared-only": {}},
    "protected": ["mistral", "mistral:7b", "someone/*"]})";

ollama::Installed model(std::string_view name) {
    return {.name = ModelName::parse(name), .digest = Digest::of(name)};
}

struct World {
    manifest::Manifest manifest = test::manifest_of(project);
    std::vector<ollama::Installed> installed{};
    std::optional<std::vector<ollama::Running>> running = std::vector<ollama::Running>();

    std::vector<KeepReason> reasons(const ollama::Installed& one) {
        if (std::ranges::find(installed, one.name, &ollama::Installed::name) == installed.end())
            installed.push_back(one);
        return rules::Keepers({manifest, installed, running ? &*running : nullptr, now}).reasons(one);
    }
    // "role: it has the role primary"
    Texts texts(const ollama::Installed& one) {
        Texts all;
        for (const KeepReason& reason : reasons(one))
            all.push_back(std::string(to_string(reason.why)) + ": " + reason.text);
        return all;
    }
};

std::string snapshot_of(std::string_view name, Duration ago) {
    return rules::snapshot_name(ModelName::parse(name), now - ago, Digest::of(name)).display();
}

} // namespace

TEST_CASE("what the manifest keeps") {
    struct Row {
        const char* name;
        Texts texts;
    };
    const Row row =
        GENERATE(Row{"coder:7b", {"role: it has the roles primary and embedding"}},
                 Row{"Coder:7B", {"role: it has the roles primary and embedding"}},
                 Row{"chat", {"role: it has the role fallback"}}, // though the group default is written without it
                 Row{"extra", {"required: it is in the group default"}},
                 Row{"coder:70b", {"declared: it is in the groups all-free and big"}},
                 Row{"small", {"declared: it is in the group all-free"}},
                 Row{"declared-only", {"declared: the manifest declares it"}},
                 Row{"mistral", {"protected: it is protected by 'mistral'"}},
                 Row{"MISTRAL:7b", {"protected: it is protected by 'mistral' and 'mistral:7b'"}},
                 Row{"someone/x:1", {"protected: it is protected by 'someone/*'"}}, Row{"mistral-nemo", {}},
                 Row{"someone/mistral", {"protected: it is protected by 'someone/*'"}}, Row{"other/mistral", {}},
                 Row{"coder", {}}, Row{"qwen2.5-coder:7b", {}});
    CAPTURE(row.name);
    CHECK(World().texts(model(row.name)) == row.texts);
}

TEST_CASE("without a group default every role is required, and has its reason already") {
    World world;
    world.manifest = test::manifest_of(R"({"schema": 1, "roles": {"primary": "a"}, "groups": {"more": ["b"]}})");
    CHECK(world.texts(model("a")) == Texts{"role: it has the role primary"});
    CHECK(world.texts(model("b")) == Texts{"declared: it is in the group more"});
}

TEST_CASE("what is loaded, by its name, and by that of a copy") {
    World world;
    world.running->push_back({.name = ModelName::parse("Loaded:1"), .digest = Digest::of("copy")});
    CHECK(world.texts(model("loaded:1")) == Texts{"loaded: it is loaded; `ollama stop Loaded:1` ends that"});
    CHECK(world.texts(model("copy")) == Texts{"loaded: it is loaded as Loaded:1; `ollama stop Loaded:1` ends that"});
    CHECK(world.texts(model("other")).empty());
    ollama::Installed without_digest = model("none");
    without_digest.digest.reset();
    world.running->push_back({.name = ModelName::parse("mlx")}); // no digest is not the same digest
    CHECK(world.texts(without_digest).empty());
    world.running.reset();
    CHECK(world.texts(model("loaded:1")).empty());
}

TEST_CASE("snapshots, by their age") {
    using std::chrono::days;
    using std::chrono::seconds;
    World world;
    const Texts kept{"snapshot: it is a snapshot of mistral:7b, made less than 14 days ago"};
    CHECK(world.texts(model(snapshot_of("mistral:7b", days(3)))) == kept);
    CHECK(world.texts(model(snapshot_of("mistral:7b", days(14) - seconds(1)))) == kept);
    CHECK(world.texts(model(snapshot_of("mistral:7b", -days(1)))) == kept); // made by a clock that was ahead
    CHECK(world.texts(model(snapshot_of("mistral:7b", days(14)))).empty()); // and no pattern protects it
}

TEST_CASE("names at a relay are kept while a run may be at work with them, else by nothing but being loaded") {
    World world;
    world.manifest.protect.push_back(NamePattern::parse("127.0.0.1:41234/x/*"));
    ollama::Installed helper = model("127.0.0.1:41234/" + rules::new_relay_owner() + "/mistral:latest");
    helper.modified = now - std::chrono::hours(1);
    CHECK(world.texts(helper) ==
          Texts{"snapshot: a codemate made it less than an hour ago and may be at work with it"});
    CHECK_FALSE(rules::is_left_behind(helper, now));
    helper.modified -= std::chrono::seconds(1);
    CHECK(world.texts(helper).empty());
    CHECK(rules::is_left_behind(helper, now));
    world.running->push_back({.name = ModelName::parse("mistral"), .digest = helper.digest});
    CHECK(world.texts(helper).empty()); // what runs goes on without this name
    world.running->push_back({.name = helper.name, .digest = helper.digest});
    world.running->erase(world.running->begin());
    CHECK(world.reasons(helper).at(0).why == Why::loaded);
}

TEST_CASE("what a cut off run left is nothing but names at a relay and candidates, and these for a day") {
    World world;
    ollama::Installed candidate = model("mistral:latest.codemate-candidate-0123456789ab");
    candidate.modified = now - std::chrono::days(1);
    CHECK_FALSE(rules::is_left_behind(candidate, now));
    candidate.modified -= std::chrono::seconds(1);
    CHECK(rules::is_left_behind(candidate, now));
    for (const std::string& name : {std::string("mistral"), snapshot_of("mistral:7b", std::chrono::days(30)),
                                    std::string("127.0.0.1:5000/codemate-mirror/mistral:latest")}) {
        ollama::Installed other = model(name);
        other.modified = now - std::chrono::days(90);
        CAPTURE(name);
        CHECK_FALSE(rules::is_left_behind(other, now));
    }
}

TEST_CASE("cloud stubs, and names that the server misreads") {
    World world;
    ollama::Installed stub = model("gpt-oss:20b-cloud");
    stub.remote_host = "https://ollama.com:443";
    CHECK(world.texts(stub) == Texts{"cloud: it is a cloud model: its content is not on the server"});
    for (const char* name : {"a:local", "b:cloud", "c:7b-cloud"})
        CHECK(world.texts(model(name)) == Texts{"misread: the server takes such a name for another model's"});
    CHECK(world.texts(model("d:7b")).empty());
    CHECK(world.texts(model("D:7b")) == Texts{"misread: the server has another name that differs by letter case only"});
}

TEST_CASE("several reasons come in their order") {
    World world;
    world.manifest.protect.push_back(NamePattern::parse("coder"));
    world.running->push_back({.name = ModelName::parse("coder:7b")});
    std::vector<Why> whys;
    for (const KeepReason& reason : world.reasons(model("coder:7b")))
        whys.push_back(reason.why);
    CHECK(whys == std::vector{Why::role, Why::is_protected, Why::loaded});
}

TEST_CASE("what any of several manifests keeps, and what the command line says") {
    World world;
    manifest::Manifest other = test::manifest_of(
        R"({"schema": 1, "roles": {"vision": "llava"}, "groups": {"more": ["coder:70b"]}, "models": {"rare": {}}, "protected": ["phi"]})");
    other.origin.path = "/b/codemate.json";
    other.origin.shown = "../b/codemate.json";
    const std::vector<NamePattern> keep{NamePattern::parse("mine")};
    const auto texts = [&](std::string_view name) {
        Texts all;
        const rules::Keepers keepers({world.manifest, world.installed, nullptr, now, {&other}, {}, keep});
        for (const KeepReason& reason : keepers.reasons(model(name)))
            all.push_back(reason.text);
        return all;
    };
    CHECK(texts("llava") == Texts{"it has the role vision in ../b/codemate.json"});
    CHECK(texts("rare") == Texts{"../b/codemate.json declares it"});
    CHECK(texts("phi:3b") == Texts{"it is protected by 'phi'"});
    CHECK(texts("mine:7b") == Texts{"--keep 'mine' keeps it"});
    CHECK(texts("coder:70b") == Texts{"it is in the groups all-free and big in codemate.json",
                                      "it is in the group more in ../b/codemate.json"});
    CHECK(texts("nobodys").empty());
}

TEST_CASE("what other projects required of the server lately") {
    World world;
    const std::vector<state::RequiredSet> sets{
        {"http://x",
         "/a/codemate.json",
         {ModelName::parse("phi"), ModelName::parse("qwen:7b")},
         now - std::chrono::days(3)},
        {"http://x", "builtin", {ModelName::parse("PHI")}, now - std::chrono::hours(5)}};
    const rules::Keepers keepers({world.manifest, world.installed, nullptr, now, {}, sets});
    const std::vector<KeepReason> reasons = keepers.reasons(model("phi"));
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0].why == Why::elsewhere);
    CHECK(reasons[0].text ==
          "it is required by /a/codemate.json, used here 3 days ago and the built-in manifest, used here 5 hours ago");
    CHECK(keepers.reasons(model("qwen")).empty());
}
