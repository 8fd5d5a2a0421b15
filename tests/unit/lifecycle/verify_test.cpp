#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/fake_server.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/verify.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::verify;
using rules::Drift;
using test::FakeRegistry;
using test::FakeServer;
using use::Severity;
using What = use::Finding::What;

namespace {

const FakeRegistry::Model image = FakeRegistry::model(R"({"model_format":"gguf","file_type":"Q4_0"})",
                                                      {{"model", "weights"}, {"license", "Apache 2.0"}});

FakeServer::Model installed() {
    const Image parsed = image.image();
    FakeServer::Model model;
    model.digest = parsed.digest;
    for (const Layer& blob : parsed.blobs())
        model.layers.push_back({blob.digest, blob.size});
    model.license = "Apache 2.0";
    model.context_length = 32768;
    return model;
}

manifest::Locked locked() {
    return {image.image().digest, ModelName::parse("chat"), image.image().size(), "Q4_0", image.manifest, {}, {}};
}

struct World {
    FakeServer server;
    FakeRegistry registry;
    manifest::Lock lock;
    std::string project = R"({"schema": 1, "roles": {"primary": "chat"}})";

    World& expecting(const std::string& expectations) {
        project =
            R"({"schema": 1, "roles": {"primary": "chat"}, "models": {"chat": {"expect": )" + expectations + "}}}";
        return *this;
    }
    void locks(const std::string& name = "chat") { lock.models.emplace(ModelName::parse(name), locked()); }

    use::Report look(std::vector<std::string> targets = {}) {
        const use::Ports ports{server, [&]() -> registry::Registry& { return registry; }};
        return use::examine(use::gather({std::move(targets)}, test::manifest_of(project), lock, ports, {}));
    }
    use::Row only() {
        const use::Report report = look();
        REQUIRE(report.rows.size() == 1);
        return report.rows.front();
    }
    // "problem size", "note absent" …
    std::vector<std::string> findings() {
        std::vector<std::string> words;
        for (const use::Finding& finding : only().findings)
            words.push_back(std::string(to_string(finding.severity)) + " " + std::string(to_string(finding.what)));
        return words;
    }
};

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("required, locked and installed agree") {
    World world;
    world.server.install("chat", installed());
    world.locks();
    const use::Report report = world.look();
    CHECK(report.passed());
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].severity() == Severity::ok);
    CHECK(report.rows[0].drift == Drift::none);
    CHECK(report.findings.empty());
    CHECK(report.rows[0].contexts.supported == 32768);
    CHECK_FALSE(report.rows[0].contexts.served);
    CHECK(world.registry.calls().empty());
    // version, tags, ps: the list says the context that is supported
    CHECK(world.server.calls().size() == 3);
}

TEST_CASE("what must be there and what may be missing") {
    World world;
    SECTION("required") {
        CHECK(world.findings() == Words{"problem absent"});
    }
    SECTION("required and locked") {
        world.locks();
        CHECK(world.findings() == Words{"problem absent"});
        CHECK_FALSE(world.look().passed());
    }
    SECTION("locked only") {
        world.server.install("chat", installed());
        world.locks();
        world.locks("optional");
        const use::Report report = world.look();
        CHECK(report.passed());
        REQUIRE(report.rows.size() == 2);
        CHECK(report.rows[1].severity() == Severity::note);
        CHECK(report.rows[1].drift == Drift::absent);
        CHECK(world.look({"all"}).rows.size() == 1);
        CHECK_FALSE(world.look({"optional"}).passed()); // asked for
    }
    SECTION("declared only") {
        world.server.install("chat", installed());
        world.project = R"({"schema": 1, "roles": {"primary": "chat"}, "groups": {"more": ["big"]}})";
        CHECK(world.look().rows.size() == 1);
        CHECK(world.look({"more"}).rows.at(0).severity() == Severity::problem);
    }
}

TEST_CASE("drift from the lock") {
    World world;
    FakeServer::Model other = installed();
    other.digest = Digest::of("another manifest");
    world.server.install("chat", other);
    world.locks();
    SECTION("another content") {
        CHECK(world.findings() == Words{"problem drift"});
        CHECK(world.only().drift == Drift::moved);
    }
    SECTION("known as the same content") {
        world.lock.models.begin()->second.same = {other.digest};
        CHECK(world.only().drift == Drift::same_content);
        CHECK(world.only().severity() == Severity::ok);
    }
}

TEST_CASE("without a pin") {
    World world;
    world.server.install("chat", installed());
    SECTION("nothing is locked: said once") {
        const use::Report report = world.look();
        CHECK(report.passed());
        CHECK(report.rows.at(0).findings.empty());
        REQUIRE(report.findings.size() == 1);
        CHECK(report.findings[0].what == What::unpinned);
    }
    SECTION("others are locked") {
        world.locks("other");
        const use::Report report = world.look();
        CHECK(report.rows.at(0).findings.at(0).what == What::unpinned);
        CHECK(report.rows.at(0).severity() == Severity::note);
        CHECK(report.findings.empty());
        CHECK(report.passed());
    }
}

TEST_CASE("expectations") {
    const std::string license = Digest::of("Apache 2.0").text();
    const std::string other = Digest::of("another").text();
    const std::string size = std::to_string(image.image().size().count());
    struct Row {
        std::string expect;
        Words findings;
    };
    const Row row = GENERATE_COPY(values<Row>({
        {R"({"size": )" + size + "}", {}},
        {R"({"size": "4.7GB"})", {"problem size"}},
        {R"({"quantization": "q4_0"})", {}},
        {R"({"quantization": "Q4_K_M"})", {"problem quantization"}},
        {R"({"context": 32768})", {}},
        {R"({"context": 32769})", {"problem context"}},
        {R"({"license": ")" + license + "\"}", {}},
        {R"({"gpu": true})", {}},  // it is not loaded: unknown
        {R"({"gpu": false})", {}}, //
        {R"({"license": ")" + other + R"(", "quantization": "F16"})", {"problem quantization", "problem license"}},
    }));
    World world;
    world.expecting(row.expect);
    world.server.install("chat", installed());
    world.locks();
    CAPTURE(row.expect);
    CHECK(world.findings() == row.findings);
    CHECK(world.look().passed() == row.findings.empty());
}

TEST_CASE("a licence that only the server can tell") {
    World world;
    world.server.install("chat", installed());
    world.expecting(R"({"license": ")" + Digest::of("Apache 2.0").text() + "\"}");
    CHECK(world.findings().empty());
    world.expecting(R"({"license": ")" + Digest::of("another").text() + "\"}");
    CHECK(world.findings() == Words{"note license"}); // it may be one of several, which the server shows joined
}

TEST_CASE("what options ask for is measured at what is supported") {
    World world;
    world.server.install("chat", installed());
    world.project =
        R"({"schema": 1, "roles": {"primary": "chat"}, "models": {"chat": {"options": {"num_ctx": 65536}}}})";
    CHECK(world.findings() == Words{"problem context"});
    CHECK(world.only().contexts.declared == 65536);
}

TEST_CASE("a loaded model shows the context that it is served with, and where it runs") {
    World world;
    world.expecting(R"({"context": 8192, "gpu": true})");
    world.server.install("chat", installed());
    world.locks();
    const ByteCount size = image.image().size();
    SECTION("on the GPU") {
        world.server.load("chat", 8192, size);
        CHECK(world.findings().empty());
        CHECK(world.only().contexts.served == 8192);
        CHECK(world.only().on_gpu == true);
    }
    SECTION("with less, on the processor") {
        world.server.load("chat", 4096);
        CHECK(world.findings() == Words{"note context", "problem gpu"});
        CHECK(world.only().on_gpu == false);
    }
    SECTION("in part") {
        world.server.load("chat", 8192, size - ByteCount(1));
        CHECK(world.findings() == Words{"problem gpu"});
    }
    SECTION("expected elsewhere") {
        world.expecting(R"({"gpu": false})");
        world.server.load("chat", 8192, ByteCount(1));
        CHECK(world.findings() == Words{"problem gpu"});
    }
    SECTION("under the name of a copy") {
        world.server.install("first", installed());
        world.server.load("first", 4096, size);
        CHECK(world.only().contexts.served == 4096);
    }
    SECTION("the server does not say, as while it loads") {
        world.server.load("chat", 4096);
        world.server.fail(FakeServer::Call::What::running, Error(Kind::unreachable, "no answer in time"), 0, 100);
        CHECK(world.findings().empty());
        CHECK_FALSE(world.only().contexts.served);
        CHECK(world.look().passed());
    }
}

TEST_CASE("a server that lists no context is asked for it") {
    World world;
    FakeServer::Model old = installed();
    old.context_length = 0;
    world.server.install("chat", old);
    world.expecting(R"({"context": 8192})");
    CHECK(world.findings() == Words{"note context"});
    const auto calls = world.server.calls();
    CHECK(std::ranges::count(calls, FakeServer::Call::What::show, &FakeServer::Call::what) == 1);
}

TEST_CASE("what the server lists but cannot read is a problem, a server that has gone is none of the model's") {
    World world;
    FakeServer::Model damaged = installed();
    damaged.context_length = 0; // its header is gone, too
    world.server.install("chat", damaged);
    world.server.fail(FakeServer::Call::What::show, Error(Kind::failed, "invalid file magic"));
    CHECK(world.findings() == Words{"problem unreadable"});
    // What it says of an empty file sounds as if it had gone.
    world.server.fail(FakeServer::Call::What::show, Error(Kind::unreachable, "EOF"));
    CHECK(world.findings() == Words{"problem unreadable"});
    world.server.fail(FakeServer::Call::What::show, Error(Kind::unreachable, "connection refused"));
    world.server.fail(FakeServer::Call::What::version, Error(Kind::unreachable, "connection refused"), 1);
    CHECK_THROWS_AS(world.look(), Error);
}

TEST_CASE("without its files a server is asked for what it can show and what it has") {
    World world;
    world.server.install("chat", installed());
    world.server.install("unlocked", installed());
    world.locks();
    world.project = R"({"schema": 1, "roles": {"primary": "chat", "second": "hidden"}})";
    const auto findings = [&] {
        use::Ports ports{world.server, [&]() -> registry::Registry& { return world.registry; }};
        ports.store = [](std::vector<ollama::Installed>&) { return use::Reach{{}, "the server may be remote"}; };
        const auto facts = use::gather({}, test::manifest_of(world.project), world.lock, ports, {});
        Words words;
        for (const use::Row& row : use::examine(facts).rows) {
            for (const use::Finding& finding : row.findings)
                words.push_back(row.name.model() + " " + std::string(to_string(finding.what)));
        }
        return words;
    };
    CHECK(findings() == Words{"hidden absent"});
    world.server.lose_blob(Digest::of("Apache 2.0"));
    CHECK(findings() == Words{"chat unreadable", "chat layer_missing", "hidden absent"});
    // A model whose manifest or configuration is damaged is not listed, and not shown.
    world.server.fail(FakeServer::Call::What::show, Error(Kind::failed, "unexpected end of JSON input"), 0, 2);
    CHECK(findings() == Words{"chat unreadable", "chat layer_missing", "hidden unreadable", "hidden unlisted"});
}

TEST_CASE("links that keep a server from listing anything are named") {
    World world;
    world.server.fail(FakeServer::Call::What::installed, Error(Kind::storage, "stat /m/x: no such file or directory"),
                      0, 2);
    CHECK_THROWS_AS(world.look(), Error); // nobody looks at a disk
    use::Ports ports{world.server, [&]() -> registry::Registry& { return world.registry; }};
    ports.store = [](std::vector<ollama::Installed>&) {
        return use::Reach{{}, "", {"'/m/x': it is a link that leads nowhere, to '/y'"}};
    };
    try {
        use::gather({}, test::manifest_of(world.project), {}, ports, {});
        FAIL("the server lists nothing");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
        CHECK(error.notes() == Words{"'/m/x': it is a link that leads nowhere, to '/y'"});
        CHECK(error.hint().starts_with("remove the link"));
    }
}

TEST_CASE("of a locked model that is not installed the registry tells the context") {
    // GGUF, version 3, no tensors, two values.
    const auto number = [](std::uint64_t value, int bytes) {
        std::string text;
        for (int i = 0; i < bytes; ++i)
            text += static_cast<char>(value >> (8 * i) & 255);
        return text;
    };
    const auto text = [&](const std::string& value) { return number(value.size(), 8) + value; };
    const std::string weights = "GGUF" + number(3, 4) + number(0, 8) + number(2, 8) + text("general.architecture") +
                                number(8, 4) + text("llama") + text("llama.context_length") + number(4, 4) +
                                number(2048, 4);
    const FakeRegistry::Model small = FakeRegistry::model("{}", {{"model", weights}});
    World world;
    world.registry.offer("chat", small);
    world.lock.models.emplace(
        ModelName::parse("chat"),
        manifest::Locked{small.image().digest, ModelName::parse("chat"), {}, {}, small.manifest, {}, {}});
    SECTION("if somebody wants to know") {
        world.expecting(R"({"context": 8192})");
        CHECK(world.only().contexts.supported == 2048);
        CHECK(world.findings() == Words{"problem absent", "problem context"});
    }
    SECTION("nobody does") {
        CHECK_FALSE(world.only().contexts.supported);
        CHECK(world.registry.calls().empty());
    }
    SECTION("unless it cannot be reached") {
        world.expecting(R"({"context": 8192})");
        world.registry.fail_model("chat", Error(Kind::unreachable, "nobody answers"));
        CHECK(world.findings() == Words{"problem absent"});
    }
}

TEST_CASE("a server that is too old is a problem, one that does not tell is a note") {
    World world;
    world.project = R"({"schema": 1, "ollama": ">=0.21", "roles": {"primary": "chat"}})";
    world.server.install("chat", installed());
    world.locks();
    CHECK(world.look().findings.empty());
    world.server.set_version("0.20.0");
    CHECK_FALSE(world.look().passed());
    CHECK(world.look().findings.at(0).what == What::server);
    world.server.set_version("0.0.0");
    CHECK(world.look().passed());
    CHECK(world.look().findings.at(0).severity == Severity::note);
}

TEST_CASE("an optional model with expectations is looked at where it is installed") {
    World world;
    world.server.install("chat", installed());
    world.project =
        R"({"schema": 1, "roles": {"primary": "chat"}, "models": {"more": {"expect": {"quantization": "F16"}}}})";
    CHECK(world.look().rows.size() == 1);
    world.server.install("more", installed());
    const use::Report report = world.look();
    REQUIRE(report.rows.size() == 2);
    CHECK_FALSE(report.rows[1].is_required);
    CHECK(report.rows[1].severity() == Severity::problem);
}
