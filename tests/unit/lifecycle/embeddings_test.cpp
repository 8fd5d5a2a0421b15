#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/fake_server.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"
#include "unit/vector_store/worlds.hpp"

#include "codemate/lifecycle/embeddings.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::embeddings;
using rules::VectorVerdict;
using test::FakeServer;
using test::TempDir;
using use::Severity;
using What = use::Finding::What;

namespace {

const ModelName embedder = ModelName::parse("embedder");
const auto image = test::image("weights that embed", "F16");
const auto other_image = test::image("other weights", "F16");

struct World {
    FakeServer server;
    TempDir directory;
    manifest::Lock lock;
    std::vector<std::filesystem::path> volumes;
    std::string project = R"({"schema": 1, "roles": {"embedding": "embedder"}, "vector_store": {"chroma": "db"}})";

    World() {
        install(image);
        lock.models.emplace(embedder, test::locked(image, "embedder"));
    }
    void install(const test::FakeRegistry::Model& model, std::uint64_t dimension = 16,
                 std::vector<std::string> capabilities = {"embedding"}) {
        FakeServer::Model installed = test::as_installed(model);
        installed.embedding_length = dimension;
        installed.capabilities = std::move(capabilities);
        server.install("embedder", installed);
    }
    void store(const std::string& collections, const std::string& place = "db") const {
        std::filesystem::create_directories(directory / place);
        test::Writer(directory.path() / place / "chroma.sqlite3").run(test::tables_040 + collections);
    }
    use::Facts gather() {
        manifest::Manifest manifest = test::manifest_of(project);
        manifest.origin.path = directory / "codemate.json";
        return use::gather(manifest, lock, {server, volumes}, {});
    }
    use::Report look() { return use::examine(gather()); }
};

std::string collection(const std::string& name, int dimension) {
    return "INSERT INTO collections (id, name, topic, dimension) VALUES ('" + name + "', '" + name + "', 't', " +
           std::to_string(dimension) + ");";
}

std::string model_of(const std::string& name, const std::string& model) {
    return "INSERT INTO collection_metadata (collection_id, key, str_value) VALUES ('" + name +
           "', 'embedding_model', '" + model + "');";
}

std::vector<What> whats(const use::Report& report, Severity severity) {
    std::vector<What> found;
    for (const use::Finding& finding : report.findings) {
        if (finding.severity == severity) found.push_back(finding.what);
    }
    return found;
}

std::vector<What> problems(const use::Report& report) {
    return whats(report, Severity::problem);
}

std::string text_of(const use::Report& report, What what) {
    const auto found = std::ranges::find(report.findings, what, &use::Finding::what);
    return found == report.findings.end() ? "no such finding" : found->text + "; " + found->hint;
}

} // namespace

TEST_CASE("a model that fits its store is no finding; its vectors are remembered, and known the next time") {
    World world;
    world.store(collection("docs", 16));
    use::Facts facts = world.gather();
    use::Report report = use::examine(facts);
    CHECK(report.findings.empty());
    CHECK(report.dimension == 16U);
    REQUIRE(report.vectors);
    CHECK(report.vectors->verdict == VectorVerdict::first);
    CHECK_FALSE(report.must_rebuild);
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].agrees == true);

    const manifest::LockFile file(world.directory / "codemate.lock");
    file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
    use::remember(report, facts, file, use::Accept::first_only, {});
    CHECK(report.remembered);
    world.lock = file.read();
    CHECK(world.lock.find(embedder)->vectors == report.to_remember);
    report = world.look();
    CHECK(report.vectors->verdict == VectorVerdict::same);
    CHECK(report.findings.empty());
}

TEST_CASE("changed vectors are a problem, and written only when they are accepted") {
    World world;
    world.store(collection("docs", 16));
    world.lock.models.at(embedder).vectors = world.look().to_remember;
    // The server gives other vectors for the very digest: what the sentinel is for.
    world.install(other_image);
    const std::string theirs = world.look().to_remember;
    CHECK(theirs.empty()); // another digest than the pin's: not what is to be remembered
    const std::string before = world.lock.models.at(embedder).vectors;
    world.lock.models.at(embedder) = test::locked(other_image, "embedder");
    world.lock.models.at(embedder).vectors = before;
    use::Facts facts = world.gather();
    use::Report report = use::examine(facts);
    CHECK(problems(report) == std::vector{What::vectors});
    CHECK(report.must_rebuild);
    CHECK_FALSE(report.rebuild.steps.empty());

    const manifest::LockFile file(world.directory / "codemate.lock");
    file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
    use::remember(report, facts, file, use::Accept::first_only, {});
    CHECK_FALSE(report.remembered);
    CHECK(file.read().find(embedder)->vectors == facts.locked->vectors);
    use::remember(report, facts, file, use::Accept::any, {});
    CHECK(report.remembered);
    CHECK(file.read().find(embedder)->vectors == report.to_remember);
    CHECK(problems(report).empty()); // accepted, and no longer contradicted
    CHECK_FALSE(report.must_rebuild);
    CHECK(text_of(report, What::vectors).find("codemate embeddings --steps") != std::string::npos);
}

TEST_CASE("a store that disagrees is no store whose vectors are remembered on first use") {
    const auto remembers = [](World& world, use::Accept accept) {
        const use::Facts facts = world.gather();
        use::Report report = use::examine(facts);
        CHECK(problems(report).size() == 1);
        const manifest::LockFile file(world.directory / "codemate.lock");
        file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
        use::remember(report, facts, file, accept, {});
        CHECK(report.must_rebuild); // the store says so itself, whatever is accepted
        CHECK(file.read().find(embedder)->vectors.empty() == !report.remembered);
        return report.remembered;
    };
    World other_dimension;
    other_dimension.store(collection("docs", 8));
    CHECK(text_of(other_dimension.look(), What::pin).find("not remembered while the store") != std::string::npos);
    CHECK_FALSE(remembers(other_dimension, use::Accept::first_only));
    CHECK(remembers(other_dimension, use::Accept::any));
    World other_model;
    other_model.store(collection("docs", 16) + model_of("docs", "mistral"));
    CHECK_FALSE(remembers(other_model, use::Accept::first_only));
    World declared;
    declared.project = R"({"schema": 1, "roles": {"embedding": "embedder"}, "vector_store": {"dimension": 8}})";
    const use::Report report = declared.look();
    CHECK(report.store_disagrees);
}

TEST_CASE("a store that says itself whose it is outweighs what is remembered of another model") {
    World world;
    world.store(collection("docs", 16) + model_of("docs", "embedder"));
    const ModelName before = ModelName::parse("before");
    world.lock.models.emplace(before, test::locked(other_image, "before"));
    world.install(other_image);
    world.lock.models.at(before).vectors = rules::remember(world.gather().measured);
    world.install(image);
    const use::Facts facts = world.gather();
    use::Report report = use::examine(facts);
    CHECK(report.findings.empty());
    CHECK_FALSE(report.must_rebuild);
    const manifest::LockFile file(world.directory / "codemate.lock");
    file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
    use::remember(report, facts, file, use::Accept::first_only, {});
    CHECK(report.remembered);
    CHECK(file.read().find(before)->vectors.empty());

    world.install(image, 8); // of another length: those of another model, under this one's name
    world.lock.models.at(embedder).vectors = rules::remember(world.gather().measured);
    world.install(image);
    report = world.look();
    CHECK(whats(report, Severity::warning) == std::vector{What::vectors});
    CHECK(problems(report).empty());
    CHECK_FALSE(report.must_rebuild);
}

TEST_CASE("without a pin nothing can be brought back") {
    World world;
    const ModelName before = ModelName::parse("before");
    world.lock.models.emplace(before, test::locked(other_image, "before"));
    world.install(other_image);
    world.lock.models.at(before).vectors = rules::remember(world.gather().measured);
    world.install(image);
    world.lock.models.erase(embedder);
    const use::Report report = world.look();
    CHECK(problems(report) == std::vector{What::vectors});
    CHECK(text_of(report, What::vectors).ends_with("`codemate lock` pins it"));
    CHECK(text_of(report, What::pin).ends_with("`codemate lock` pins it"));
}

TEST_CASE("what another process has written into the lock meanwhile stays") {
    World world;
    use::Facts facts = world.gather();
    use::Report report = use::examine(facts);
    const manifest::LockFile file(world.directory / "codemate.lock");
    world.lock.models.at(embedder).vectors = "1:2:theirs";
    file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
    use::remember(report, facts, file, use::Accept::any, {});
    CHECK_FALSE(report.remembered);
    CHECK(file.read().find(embedder)->vectors == "1:2:theirs");
}

TEST_CASE("a model that is new in the role is compared with the one before it") {
    World world;
    world.store(collection("docs", 16));
    const ModelName before = ModelName::parse("before");
    world.lock.models.emplace(before, test::locked(other_image, "before"));
    const std::string theirs = rules::remember(world.gather().measured);
    world.lock.models.at(before).vectors = theirs; // the same weights under another name
    use::Facts facts = world.gather();
    use::Report report = use::examine(facts);
    CHECK(report.findings.empty());
    CHECK(report.vectors_of == before);
    const manifest::LockFile file(world.directory / "codemate.lock");
    file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
    use::remember(report, facts, file, use::Accept::first_only, {});
    CHECK(report.remembered);
    CHECK(file.read().find(embedder)->vectors == theirs);
    CHECK(file.read().find(before)->vectors.empty());

    world.install(other_image);
    world.lock.models.at(embedder) = test::locked(other_image, "embedder");
    file.update([&](manifest::Lock& lock) { lock = world.lock; }, {});
    facts = world.gather();
    report = use::examine(facts);
    CHECK(problems(report) == std::vector{What::vectors}); // of the same dimension, and yet another model
    CHECK(report.must_rebuild);
    CHECK(text_of(report, What::vectors).find("those of before:latest, which had the role before") !=
          std::string::npos);
    use::remember(report, facts, file, use::Accept::first_only, {});
    CHECK_FALSE(report.remembered);
    use::remember(report, facts, file, use::Accept::any, {});
    CHECK(report.remembered);
    CHECK(file.read().find(before)->vectors.empty());
}

TEST_CASE("a model of another dimension than the store, the manifest, or the lock") {
    World world;
    world.store(collection("docs", 8) + collection("notes", 16) + collection("none", 0));
    use::Report report = world.look();
    CHECK(problems(report) == std::vector{What::dimension});
    CHECK(report.must_rebuild);
    CHECK(text_of(report, What::dimension)
              .find("'docs' was built with vectors of 8 numbers, and embedder:latest makes "
                    "vectors of 16") != std::string::npos);

    world.project = R"({"schema": 1, "roles": {"embedding": "embedder"},
        "vector_store": {"chroma": "db", "collection": "notes"}})";
    report = world.look();
    CHECK(report.findings.empty()); // the other one does not count
    CHECK(std::ranges::count(report.rows, true, &use::Row::counts) == 1);

    world.project = R"({"schema": 1, "roles": {"embedding": "embedder"}, "vector_store": {"dimension": 16}})";
    CHECK(world.look().findings.empty());
    world.project = R"({"schema": 1, "roles": {"embedding": "embedder"}, "vector_store": {"dimension": 15}})";
    CHECK(problems(world.look()) == std::vector{What::dimension});
    world.lock.models.at(embedder).vectors = world.look().to_remember;
    world.install(image, 15);
    report = world.look();
    CHECK(problems(report) == std::vector{What::vectors});
    CHECK(report.vectors->verdict == VectorVerdict::other_dimension);
}

TEST_CASE("two embedding models, one store") {
    World world;
    world.store(collection("docs", 16) + "INSERT INTO collection_metadata (collection_id, key, str_value) "
                                         "VALUES ('docs', 'embedding_model', 'nomic-embed-text');");
    const use::Report report = world.look();
    CHECK(problems(report) == std::vector{What::other_model});
    CHECK(report.rows[0].same_model == false);
    CHECK(text_of(report, What::other_model).find("two embedding models, one store") != std::string::npos);
    test::Writer(world.directory / "db/chroma.sqlite3").run("UPDATE collection_metadata SET str_value = 'EMBEDDER'");
    CHECK(world.look().findings.empty());
    test::Writer(world.directory / "db/chroma.sqlite3")
        .run("UPDATE collection_metadata SET str_value = '\x1b not a name'");
    CHECK(problems(world.look()) == std::vector{What::other_model});
}

TEST_CASE("a model that is not meant for embedding, or cannot") {
    World world;
    world.store(collection("docs", 16));
    world.install(image, 16, {"completion", "tools"});
    use::Report report = world.look();
    CHECK(problems(report).empty());
    CHECK(whats(report, Severity::warning) == std::vector{What::capability});
    CHECK(text_of(report, What::capability).find("completion and tools, not for embedding") != std::string::npos);

    FakeServer::Answer refusal;
    refusal.error = Error(Kind::unsupported, "this model does not support embeddings");
    world.server.answer_next(refusal);
    report = world.look();
    CHECK(problems(report) == std::vector{What::capability});
    CHECK(report.dimension == 16U); // by the header of its weights
    CHECK(report.to_remember.empty());

    for (const auto& [kind, status] :
         {std::pair{Kind::failed, 3}, std::pair{Kind::protocol, 4}, std::pair{Kind::forbidden, 4},
          std::pair{Kind::unreachable, 4}, std::pair{Kind::storage, 6}, std::pair{Kind::unsupported, 3}}) {
        world.install(image);
        FakeServer::Answer fault;
        fault.error = Error(kind, "no");
        world.server.answer_next(fault);
        report = world.look();
        REQUIRE(problems(report) == std::vector{What::capability});
        CHECK(exit_status(report.findings[0].kind) == status);
    }

    world.install(image, 16, {}); // an older server tells nothing
    CHECK(world.look().findings.empty());

    FakeServer::Answer busy;
    busy.error = Error(Kind::busy, "server busy");
    world.server.answer_next(busy);
    report = world.look();
    REQUIRE(problems(report) == std::vector{What::capability});
    CHECK(report.findings[0].kind == Kind::busy); // trying again helps: not a finding of the check
}

TEST_CASE("without a server the files tell what they can") {
    World world;
    world.store(collection("docs", 8));
    world.lock.models.at(embedder).vectors = world.look().to_remember;
    world.server.fail(FakeServer::Call::What::installed, Error(Kind::unreachable, "nothing is listening"));
    const use::Report report = world.look();
    CHECK(problems(report) == std::vector{What::server, What::dimension}); // 16 by what the lock remembers
    CHECK(report.findings[0].kind == Kind::unreachable);
    CHECK(report.dimension == 16U);
    CHECK(report.to_remember.empty());
}

TEST_CASE("what is not there, or not said") {
    World world;
    use::Report report = world.look();
    CHECK(problems(report).empty()); // a fresh checkout has no store yet
    CHECK(whats(report, Severity::warning) == std::vector{What::store});

    world.project = R"({"schema": 1, "roles": {"embedding": "embedder"}})";
    report = world.look();
    CHECK(whats(report, Severity::note) == std::vector{What::no_store});
    CHECK(report.rebuild.steps.empty());
    world.lock.models.clear();
    report = world.look();
    CHECK(whats(report, Severity::note) == std::vector{What::no_store, What::pin});
    CHECK_FALSE(report.vectors);

    world.project = R"({"schema": 1, "roles": {"primary": "a"}})";
    report = world.look();
    CHECK(whats(report, Severity::note) == std::vector{What::no_role});
    CHECK(problems(report).empty());
    world.project = R"({"schema": 1, "vector_store": {"chroma": "db"}})";
    CHECK(problems(world.look()) == std::vector{What::no_role});

    world.project = R"({"schema": 1, "roles": {"embedding": "absent"}, "vector_store": {"dimension": 3}})";
    CHECK(problems(world.look()) == std::vector{What::absent});

    world.project = R"({"schema": 1, "roles": {"embedding": "embedder"},
        "vector_store": {"chroma": "db", "collection": "dosc"}})";
    world.store(collection("docs", 16));
    report = world.look();
    CHECK(problems(report) == std::vector{What::collection});
    CHECK(text_of(report, What::collection).find("did you mean 'docs'?") != std::string::npos);
}

TEST_CASE("a store that cannot be read is named by what it is") {
    World world;
    std::filesystem::create_directories(world.directory / "db");
    for (const std::string& content : {std::string(4096, 'x'), std::string()}) {
        world.directory.write("db/chroma.sqlite3", content);
        const use::Report damaged = world.look();
        REQUIRE(problems(damaged) == std::vector{What::store});
        CHECK(damaged.findings[0].kind == Kind::storage);
        CHECK(text_of(damaged, What::store).ends_with("restore it from its backup, or build the store anew"));
    }
    std::filesystem::remove(world.directory / "db/chroma.sqlite3");
    world.directory.write("db/chroma-collections.parquet", "PAR1");
    CHECK(whats(world.look(), Severity::warning) == std::vector{What::store});
    std::filesystem::create_directories(world.directory / "db/chroma.sqlite3");
    const use::Report report = world.look();
    REQUIRE(problems(report) == std::vector{What::store});
    CHECK(report.findings[0].kind == Kind::storage);
}

TEST_CASE("a store in a named volume is looked at there, if it is certain which one it is") {
    World world;
    world.project = R"({"schema": 1, "roles": {"embedding": "embedder"},
        "vector_store": {"chroma": "db", "volume": "chroma_db"}})";
    world.store(collection("docs", 8), "volumes/hub_chroma_db/_data");
    world.store(collection("docs", 16), "volumes/other/_data");
    world.volumes = {world.directory / "volumes/hub_chroma_db/_data", world.directory / "volumes/other/_data"};
    const use::Facts facts = world.gather();
    CHECK(facts.in_volume);
    const use::Report report = use::examine(facts);
    CHECK(problems(report) == std::vector{What::dimension});
    CHECK(std::ranges::any_of(report.rebuild.steps,
                              [](const auto& step) { return step.command.starts_with("docker run"); }));

    world.store(collection("docs", 16), "volumes/two_chroma_db/_data");
    world.volumes.push_back(world.directory / "volumes/two_chroma_db/_data");
    CHECK(whats(world.look(), Severity::warning) == std::vector{What::store}); // two of them
    world.store(collection("docs", 16));
    CHECK(world.look().findings.empty()); // the directory comes first
}

TEST_CASE("the model is left in memory as it was found, and not loaded in another way") {
    World world;
    world.look();
    CHECK(world.server.running({}).empty());
    world.server.load("embedder", 777);
    world.look();
    REQUIRE(world.server.running({}).size() == 1);
    CHECK(world.server.running({})[0].context_length == 777);
}

TEST_CASE("vectors that are good for nothing are no vectors to remember") {
    World world;
    world.install(image, 1); // of one number: all sentences have the same direction
    const use::Report report = world.look();
    CHECK(std::ranges::count(problems(report), What::flaw) == 1);
    CHECK(report.to_remember.empty());
}
