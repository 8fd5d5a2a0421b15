#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/vector_store/worlds.hpp"

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/use.hpp"
#include "codemate/rules/vectors.hpp"

#include <algorithm>
#include <filesystem>

using namespace codemate;
namespace use_case = lifecycle::use;
using What = use_case::Consequence::What;
using test::read_text;
using test::TempDir;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {
    "primary": "coder:7b",   // fast
    "fallback": "mistral"
  },
  "groups": { "code": ["primary", "coder:32b"] }
}
)";

struct Checkout {
    TempDir dir;
    manifest::ManifestFile file{{manifest::Origin::How::found, dir / "codemate.json", "./codemate.json"}};
    manifest::LockFile lock{dir / "codemate.lock"};
    state::Benchmarks benchmarks{dir / "state/benchmarks"};
    use_case::Ports ports{file, &lock, &benchmarks};

    Checkout() { dir.write("codemate.json", project); }
    void pin(const std::string& name, std::uint64_t size, const std::string& quantization) const {
        const ModelName model = ModelName::parse(name);
        lock.update(
            [&](manifest::Lock& all) {
                all.models.emplace(
                    model,
                    manifest::Locked{Digest::of(name), model, ByteCount(size), quantization, std::nullopt, {}, {}});
            },
            {});
    }
    use_case::Plan plan(const std::string& role, const std::string& name) const {
        const use_case::Options options{role, name};
        return use_case::plan(use_case::gather(options, ports, {}), options);
    }
};

std::string text_of(const use_case::Plan& plan, What what) {
    const auto found = std::ranges::find(plan.consequences, what, &use_case::Consequence::what);
    return found == plan.consequences.end() ? "" : found->text;
}

// That wrote so many tokens in a second.
state::Sample run(std::uint64_t tokens) {
    const Duration second = std::chrono::seconds(1);
    return {second, second * 2, second, second, second, 10, tokens};
}

bool is_bad(const use_case::Plan& plan, What what) {
    return std::ranges::any_of(plan.consequences, [&](const auto& each) { return each.what == what && each.bad; });
}

} // namespace

TEST_CASE("a role gets another model, and the required set follows") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("primary", "Coder:32B");
    CHECK(plan.changes());
    CHECK(plan.before == ModelName::parse("coder:7b"));
    CHECK(plan.after.display() == "coder:32b"); // as it is spelled there
    CHECK(plan.declared);
    CHECK(plan.newly_required == std::vector<ModelName>{ModelName::parse("coder:32b")});
    CHECK(plan.no_more_required == std::vector<ModelName>{ModelName::parse("coder:7b")});
}

TEST_CASE("a new role, which may be a misspelt one") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("primry", "tinyllama");
    CHECK_FALSE(plan.before);
    CHECK_FALSE(plan.declared);
    CHECK(plan.meant_role == "primary");
    CHECK(plan.no_more_required.empty());
    CHECK_FALSE(checkout.plan("vision", "tinyllama").meant_role);
}

TEST_CASE("the model that it has already") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("fallback", "mistral:latest");
    CHECK_FALSE(plan.changes());
    CHECK(plan.text == project);
}

TEST_CASE("only the line concerned changes") {
    const Checkout checkout;
    const use_case::Report report = use_case::execute({"primary", "tinyllama"}, checkout.ports, {});
    CHECK(report.plan.changes());
    std::string expected = project;
    expected.replace(expected.find("coder:7b"), 8, "tinyllama:latest");
    CHECK(read_text(checkout.dir / "codemate.json") == expected);
}

TEST_CASE("execute works on what the file says then") {
    const Checkout checkout;
    checkout.dir.write("codemate.json", R"({"schema":1,"roles":{"primary":"other:1"}})");
    const use_case::Report report = use_case::execute({"primary", "tinyllama"}, checkout.ports, {});
    CHECK(report.plan.before == ModelName::parse("other:1"));
}

TEST_CASE("what follows: groups, and a lock that is not there") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("primary", "tinyllama");
    CHECK(text_of(plan, What::groups) == "code contains other models now");
    CHECK(text_of(plan, What::lock).starts_with("there is none; `codemate lock` writes one"));
    CHECK(text_of(plan, What::benchmark) == "not measured yet: `codemate benchmark primary`");
    for (const What what :
         {What::budget, What::expectation, What::policy, What::context, What::protection, What::embeddings})
        CHECK(text_of(plan, what).empty());
    CHECK(plan.rebuild.steps.empty());
    CHECK(checkout.plan("fallback", "mistral").consequences.empty()); // nothing changes
    CHECK(text_of(checkout.plan("fallback", "tinyllama"), What::groups).empty());
}

TEST_CASE("what follows by the lock: sizes, pins, expectations, policy") {
    const Checkout checkout;
    checkout.dir.write("codemate.json", R"({"schema": 1, "roles": {"primary": "coder:7b", "fallback": "mistral"},
        "budget": {"disk": "200B"}, "policy": {"quantization": ["Q4_0", "Q5_0"]},
        "models": {"big": {"expect": {"size": "150B", "quantization": "Q4_0"}}}})");
    checkout.pin("coder:7b", 100, "Q4_0");
    checkout.pin("mistral", 50, "Q4_0");
    checkout.pin("big", 180, "F16");
    use_case::Plan plan = checkout.plan("primary", "big");
    CHECK(text_of(plan, What::budget) == "by the lock the required set takes 230 B, before 150 B; the budget is 200 B, "
                                         "which is exceeded");
    CHECK(is_bad(plan, What::budget));
    CHECK(text_of(plan, What::lock) ==
          "big:latest is pinned already, at " + Digest::of("big").hex().substr(0, 12) +
              "; the pin of coder:7b goes with the next `codemate lock`: nothing declares the model any more");
    CHECK(std::ranges::count(plan.consequences, What::expectation, &use_case::Consequence::what) == 2);
    CHECK(text_of(plan, What::policy) == "big:latest is F16, and the policy prefers Q4_0 or Q5_0");

    plan = checkout.plan("primary", "unknown");
    CHECK(text_of(plan, What::budget) ==
          "by the lock the required set takes at least 50 B, before 150 B; 1 model of it "
          "without a pin; the budget is 200 B");
    CHECK_FALSE(is_bad(plan, What::budget));
    CHECK(text_of(plan, What::lock).starts_with("unknown:latest has no pin: "));
    CHECK(text_of(checkout.plan("vision", "big"), What::lock).find(';') == std::string::npos); // a new role
    checkout.dir.write("codemate.lock", "{");
    CHECK(is_bad(checkout.plan("primary", "big"), What::lock)); // and the role can be changed all the same
}

TEST_CASE("what follows for speed, context and protection") {
    const Checkout checkout;
    checkout.dir.write("codemate.json", R"({"schema": 1, "roles": {"primary": "coder:7b"}, "protected": ["coder"],
        "models": {"coder:7b": {"expect": {"context": 8192}, "promise": {"decode_tps": 10}},
                   "slow": {"promise": {"decode_tps": 20}, "options": {"num_ctx": 4096}}}})");
    state::Benchmark measured{.at = Time(std::chrono::hours(24 * 365 * 50)), .name = ModelName::parse("slow")};
    measured.runs = {run(10)};
    checkout.benchmarks.add(measured, {});
    measured.runs = {run(15)};
    checkout.benchmarks.add(measured, {});
    use_case::Plan plan = checkout.plan("primary", "slow");
    CHECK(text_of(plan, What::benchmark) == "last measured on 2019-12-20, 15.0 tokens a second; codemate.json promises "
                                            "20.0 tokens a second, which that breaks");
    CHECK(is_bad(plan, What::benchmark));
    CHECK(text_of(plan, What::context) == "coder:7b had 8192 tokens, slow:latest has 4096");
    CHECK(text_of(plan, What::protection).starts_with("nothing protects slow:latest"));
    plan = checkout.plan("primary", "coder:32b");
    CHECK(text_of(plan, What::protection).empty());
    CHECK(text_of(plan, What::context) == "coder:7b had 8192 tokens; codemate.json says nothing of coder:32b");
    CHECK(text_of(plan, What::benchmark).find("promises nothing of it, as it did of coder:7b") != std::string::npos);
}

TEST_CASE("another embedding model means another store") {
    const Checkout checkout;
    checkout.dir.write("codemate.json", R"({"schema": 1, "roles": {"embedding": "a", "primary": "b"},
        "vector_store": {"chroma": "db", "rebuild": "make vectors"}})");
    use_case::Plan plan = checkout.plan("embedding", "nomic-embed-text");
    CHECK(is_bad(plan, What::embeddings));
    const auto has = [&](const std::string& command) {
        return std::ranges::find(plan.rebuild.steps, command, &rules::RebuildStep::command) != plan.rebuild.steps.end();
    };
    CHECK_FALSE(has("rm -rf db/")); // no store was seen there
    std::filesystem::create_directory(checkout.dir / "db");
    test::Writer(checkout.dir / "db/chroma.sqlite3")
        .run(test::tables_040 + "INSERT INTO collections (id, name, topic, dimension) VALUES ('c', 'docs', 't', 8);");
    plan = checkout.plan("embedding", "nomic-embed-text");
    CHECK(has("rm -rf db/"));
    CHECK(has("make vectors"));
    CHECK(has("codemate pull nomic-embed-text"));
    CHECK(text_of(checkout.plan("primary", "c"), What::embeddings).empty());
    checkout.dir.write("codemate.json", R"({"schema": 1, "roles": {"embeddings": "a"}})");
    CHECK(is_bad(checkout.plan("embeddings", "c"), What::embeddings)); // without a store that is known of
    CHECK(text_of(checkout.plan("embeddings", "A"), What::embeddings).empty());
    CHECK(is_bad(checkout.plan("embedding", "c"), What::embeddings)); // a role that comes first
}

TEST_CASE("a store that says that it was built with the new model need not be built anew") {
    const Checkout checkout;
    checkout.dir.write("codemate.json",
                       R"({"schema": 1, "roles": {"embedding": "a"}, "vector_store": {"chroma": "db"}})");
    std::filesystem::create_directory(checkout.dir / "db");
    const auto store = [&](const std::string& sql) { test::Writer(checkout.dir / "db/chroma.sqlite3").run(sql); };
    store(test::tables_040 + "INSERT INTO collections (id, name, topic, dimension) VALUES ('c', 'docs', 't', 8);"
                             "INSERT INTO collection_metadata (collection_id, key, str_value) VALUES "
                             "('c', 'embedding_model', 'B');");
    use_case::Plan plan = checkout.plan("embedding", "b");
    CHECK(text_of(plan, What::embeddings).starts_with("the store says that it was built with b:latest"));
    CHECK_FALSE(is_bad(plan, What::embeddings));
    CHECK(plan.rebuild.steps.empty());
    CHECK(is_bad(checkout.plan("embedding", "other"), What::embeddings));
    CHECK(use_case::execute({"embedding", "b"}, checkout.ports, {}).plan.rebuild.steps.empty());

    store("DELETE FROM collection_metadata");
    CHECK(is_bad(checkout.plan("embedding", "a2"), What::embeddings)); // nobody is recorded
    checkout.pin("a2", 1, "F16");
    const std::vector<rules::Vector> vectors(rules::sentences().size(), rules::Vector{1, 2, 3, 4, 5, 6, 7, 8});
    checkout.lock.update(
        [&](manifest::Lock& lock) { lock.models.at(ModelName::parse("a2")).vectors = rules::remember(vectors); }, {});
    CHECK_FALSE(is_bad(checkout.plan("embedding", "a2"), What::embeddings)); // but its vectors were seen beside it
    store("UPDATE collections SET dimension = 9");
    CHECK(is_bad(checkout.plan("embedding", "a2"), What::embeddings));
}

TEST_CASE("what cannot be a role's model, or a role") {
    const Checkout checkout;
    for (const auto& [role, name] :
         std::vector<std::pair<std::string, std::string>>{{"primary", "fallback"},
                                                          {"primary", "code"},
                                                          {"primary", "default"},
                                                          {"primary", "all"},
                                                          {"primary", ""},
                                                          {"primary", "a b"},
                                                          {"primary", "x:cloud"},
                                                          {"primary", "http://h:1/o/m"},
                                                          {"primary", "m@sha256:0123456789ab"},
                                                          {"mistral", "tinyllama"},
                                                          {"all", "tinyllama"},
                                                          {"default", "tinyllama"},
                                                          {"", "tinyllama"},
                                                          {"a role", "tinyllama"}}) {
        CAPTURE(role, name);
        try {
            checkout.plan(role, name);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::usage);
        }
    }
    CHECK(read_text(checkout.dir / "codemate.json") == project);
}
