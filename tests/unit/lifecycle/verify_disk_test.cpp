#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/hand_clock.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/disks.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/verify.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <functional>

using namespace codemate;
namespace use = lifecycle::verify;
using namespace std::chrono_literals;
using test::FakeRegistry;
using test::FakeServer;
using test::MemoryDisk;
using use::Severity;
using What = use::Finding::What;
using Words = std::vector<std::string>;

namespace {

struct World {
    FakeServer server;
    FakeRegistry registry;
    std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
    test::HandClock clock{disk->now() + 1h};
    test::TempDir state;
    state::VerifiedBlobs verified{state / "verified.jsonl"};
    std::string project = R"({"schema": 1, "roles": {"primary": "chat"}})";
    use::Options options;
    bool in_reach = true, proven = true;
    std::vector<Event> events;
    std::stop_source stop;
    std::function<void()> at_amount;

    World() { test::install(server, *disk, "chat", "{}", {"weights", "more"}); }

    use::Report look() {
        use::Ports ports{server, [&]() -> registry::Registry& { return registry; }};
        ports.store = [&](std::vector<ollama::Installed>&) {
            use::Reach reach;
            reach.doubt = in_reach && proven ? "" : "the server may be remote";
            if (in_reach)
                reach.store = use::Store{"'/store'", proven, disk, store::take_inventory(store::scan(*disk, {}))};
            return reach;
        };
        ports.verified = &verified;
        ports.clock = &clock;
        const Run run{stop.get_token(), [&](const Event& event) {
                          events.push_back(event);
                          if (event.type == Event::Type::amount && at_amount) at_amount();
                      }};
        return use::examine(use::gather(options, test::manifest_of(project), {}, ports, run));
    }
    use::Report look_deep() {
        options.deep = true;
        return look();
    }
    static Words words(const std::vector<use::Finding>& findings) {
        Words words;
        for (const use::Finding& finding : findings) {
            if (finding.what != What::unpinned) // there is no lock
                words.push_back(std::string(to_string(finding.severity)) + " " + std::string(to_string(finding.what)));
        }
        return words;
    }
    void change(const std::string& blob, const std::function<void(std::string&)>& change) {
        disk->change(test::path_of_blob(blob), change);
    }
};

using Kinds = std::vector<Kind>;

} // namespace

TEST_CASE("a sound store adds nothing to what is said") {
    World world;
    const use::Report report = world.look();
    CHECK(report.passed());
    CHECK(World::words(report.findings).empty());
    CHECK(report.rows.at(0).findings.empty());
    CHECK_FALSE(report.content);
    CHECK(world.events.empty());
    CHECK(report.failures().empty());
}

TEST_CASE("without a store in reach one note is all that changes") {
    World world;
    world.in_reach = false;
    world.disk->remove(test::path_of_blob("weights"));
    use::Report report = world.look();
    CHECK(report.passed());
    CHECK(report.rows.at(0).findings.empty());
    CHECK(report.findings.at(0).text == "disk: not checked, the server may be remote");
    SECTION("but who wants the content read has not got it") {
        report = world.look_deep();
        CHECK_FALSE(report.passed());
        CHECK(report.failures() == Kinds{Kind::storage});
        CHECK(report.findings.at(0).text == "the content is not checked: the server may be remote");
    }
}

TEST_CASE("a store that is only named is used, and that is said") {
    World world;
    world.proven = false;
    const use::Report report = world.look();
    CHECK(report.passed());
    CHECK(report.findings.at(0).text ==
          "'/store' is used because it was named; it may be another server's: the server may be remote");
}

TEST_CASE("damage of the structure, without reading content") {
    struct Row {
        const char* what;
        std::function<void(World&)> damage;
        Words findings;
    };
    const std::vector<Row> rows{
        {"weights missing", [](World& w) { w.disk->remove(test::path_of_blob("weights")); }, {"problem layer_missing"}},
        {"weights cut",
         [](World& w) { w.change("weights", [](std::string& c) { c.pop_back(); }); },
         {"problem layer_size"}},
        {"weights grown",
         [](World& w) { w.change("weights", [](std::string& c) { c += 'x'; }); },
         {"problem layer_size"}},
        {"configuration missing, and so not listed",
         [](World& w) {
             w.disk->remove(test::path_of_blob("{}"));
             w.server.remove(ModelName::parse("chat"), {});
         },
         {"problem unlisted", "problem layer_missing"}},
        {"configuration damaged, and so not listed",
         [](World& w) { w.server.remove(ModelName::parse("chat"), {}); },
         {"problem unlisted"}},
        {"a directory in a blob's place",
         [](World& w) {
             w.disk->remove(test::path_of_blob("weights"));
             w.disk->make_directory(test::path_of_blob("weights"));
         },
         {"problem layer_missing"}},
        {"a link in a blob's place",
         [](World& w) {
             w.disk->remove(test::path_of_blob("weights"));
             w.disk->put_link(test::path_of_blob("weights"), "more");
             w.disk->put("blobs/more", "");
         },
         {"note unread"}},
        {"manifest empty",
         [](World& w) {
             w.disk->put(test::path_of_model("chat"), "");
             w.server.remove(ModelName::parse("chat"), {});
         },
         {"problem absent", "problem manifest"}},
        {"manifest cut",
         [](World& w) {
             w.disk->put(test::path_of_model("chat"), R"({"schemaVersion":2,"conf)");
             w.server.remove(ModelName::parse("chat"), {});
         },
         {"problem absent", "problem manifest"}},
        {"manifest without weights",
         [](World& w) {
             w.disk->put(test::path_of_model("chat"),
                         R"({"config":)" + test::layer_json("application/vnd.oci.image.config.v1+json", "{}") +
                             R"(,"layers":[)" + test::layer_json("application/vnd.acme.chart", "more") + "]}");
             w.server.install("chat", test::model_on(*w.disk, "chat"));
         },
         {"problem no_weights"}},
        {"a layer of a type that Ollama does not know",
         [](World& w) {
             w.disk->put(test::path_of_model("chat"),
                         R"({"config":)" + test::layer_json("application/vnd.oci.image.config.v1+json", "{}") +
                             R"(,"layers":[)" + test::layer_json("application/vnd.ollama.image.model", "weights") +
                             "," + test::layer_json("application/vnd.ollama.image.wheights", "more") + "]}");
             w.server.install("chat", test::model_on(*w.disk, "chat"));
         },
         {"note media_type"}},
        {"a manifest of another type",
         [](World& w) {
             w.disk->put(test::path_of_model("chat"),
                         R"({"mediaType":"text/html","config":)" + test::layer_json("", "{}") + R"(,"layers":[)" +
                             test::layer_json("application/vnd.ollama.image.model", "weights") + "," +
                             test::layer_json("application/vnd.ollama.image.license", "more") + "]}");
             w.server.install("chat", test::model_on(*w.disk, "chat"));
         },
         {"note media_type"}},
        {"listed, not on the disk",
         [](World& w) { w.disk->remove(test::path_of_model("chat")); },
         {"problem not_on_disk"}},
        {"another content than listed",
         [](World& w) { w.disk->put(test::path_of_model("chat"), test::manifest_of("{}", {"more"})); },
         {"problem not_on_disk"}},
        {"manifest not readable",
         [](World& w) {
             w.disk->fail(MemoryDisk::Call::open, test::path_of_model("chat"), Error(Kind::storage, "cannot read it"));
         },
         {"note unread"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        World world;
        row.damage(world);
        const use::Report report = world.look();
        CHECK(World::words(report.rows.at(0).findings) == row.findings);
        CHECK(report.passed() == row.findings.front().starts_with("note"));
        if (!report.passed()) CHECK(report.failures() == Kinds{Kind::check});
    }
}

TEST_CASE("a finding names the layer and what its damage breaks") {
    World world;
    world.disk->remove(test::path_of_blob("weights"));
    const use::Finding finding = world.look().rows.at(0).findings.at(0);
    CHECK(finding.text == "weights " + Digest::of("weights").id() + " (7 B) is missing: the model does not run");
    REQUIRE(finding.layer);
    CHECK(finding.layer->digest == Digest::of("weights"));
}

TEST_CASE("models that nobody asked for, and the store as a whole") {
    World world;
    test::install(world.server, *world.disk, "other", "{}", {"others"});
    world.disk->remove(test::path_of_blob("others"));
    world.disk->put(test::path_of_model("broken"), "{");
    const use::Report report = world.look();
    CHECK(report.passed());
    CHECK(World::words(report.findings) == Words{"note layer_missing", "note manifest", "note store"});
    CHECK(World::words(report.rows.at(0).findings).empty());
    SECTION("are nothing to whoever names a target") {
        world.options.targets = {"chat"};
        CHECK(World::words(world.look().findings).empty());
    }
    SECTION("but are targets of all") {
        world.options.targets = {"all"};
        const use::Report all = world.look();
        CHECK_FALSE(all.passed());
        CHECK(World::words(all.rows.at(1).findings) == Words{"problem layer_missing"});
    }
}

TEST_CASE("the content is read, each blob once however many models share it") {
    World world;
    test::install(world.server, *world.disk, "twin", "{}", {"weights", "own"});
    world.options.targets = {"all"};
    const use::Report report = world.look_deep();
    CHECK(report.passed());
    REQUIRE(report.content);
    CHECK(report.content->count.blobs == 4);
    CHECK(report.content->count.good == 4);
    CHECK(report.content->read == ByteCount(2 + 7 + 4 + 3));
    CHECK(report.content->remembered == ByteCount());
    CHECK(report.rows.at(0).content->blobs == 3);
    CHECK(report.rows.at(0).content->good == 3);
    REQUIRE_FALSE(world.events.empty());
    CHECK(world.events.front().type == Event::Type::begin);
    CHECK(world.events.front().text == "reading 4 blobs, 16 B");
    CHECK(world.events.front().total == ByteCount(16));
    CHECK(world.events.back().type == Event::Type::end);
}

TEST_CASE("a flip of equal length is found by reading alone") {
    World world;
    world.change("more", [](std::string& content) { content[1] ^= 1; });
    CHECK(world.look().passed());
    const use::Report report = world.look_deep();
    CHECK(report.failures() == Kinds{Kind::check});
    const use::Finding finding = report.rows.at(0).findings.at(0);
    CHECK(finding.what == What::layer_damaged);
    CHECK(finding.text ==
          "weights " + Digest::of("more").id() + " (4 B) is damaged: the model fails, or its answers are not its own");
    CHECK(report.content->count.bad == 1);
    CHECK(report.content->count.good == 2);
    CHECK(world.events.back().failed);
}

TEST_CASE("the configuration that hides a model is read as well") {
    World world;
    world.change("{}", [](std::string& content) { content = "[]"; });
    world.server.remove(ModelName::parse("chat"), {});
    CHECK(World::words(world.look_deep().rows.at(0).findings) == Words{"problem unlisted", "problem layer_damaged"});
}

TEST_CASE("what could not be read is neither good nor bad") {
    World world;
    world.disk->fail(MemoryDisk::Call::open, test::path_of_blob("more"), Error(Kind::storage, "cannot read it"));
    use::Report report = world.look_deep();
    CHECK_FALSE(report.passed());
    CHECK(report.failures() == Kinds{Kind::storage});
    CHECK(report.content->count.unread == 1);
    SECTION("beside damage both are said") {
        world.change("weights", [](std::string& content) { content[0] = 'x'; });
        CHECK(world.look_deep().failures() == Kinds{Kind::check, Kind::storage});
    }
    SECTION("a file that changes while it is read") {
        World other;
        other.disk->before_each_read([&](std::string_view path, std::uint64_t) {
            if (path == test::path_of_blob("more")) other.disk->touch(path);
        });
        CHECK(other.look_deep().failures() == Kinds{Kind::storage});
        CHECK(other.verified.entries().size() == 2);
    }
}

TEST_CASE("what was read and has not changed is remembered") {
    World world;
    CHECK(world.look_deep().passed());
    CHECK(world.verified.entries().size() == 3);
    const auto reads = [&] { return world.disk->count(MemoryDisk::Call::read); };
    const std::size_t manifests = 1;
    world.clock.advance(1h);
    SECTION("nothing is read again") {
        const std::size_t before = reads();
        const use::Report report = world.look_deep();
        CHECK(report.passed());
        CHECK(report.content->count.remembered == 3);
        CHECK(report.content->read == ByteCount());
        CHECK(report.content->remembered == ByteCount(13));
        CHECK(report.rows.at(0).content->remembered == 3);
        CHECK(reads() - before <= 2 * manifests);
    }
    SECTION("but for what was touched") {
        world.disk->touch(test::path_of_blob("more"));
        CHECK(world.look_deep().content->count.remembered == 2);
    }
    SECTION("a flip behind the memory's back is found, as its file changed") {
        world.change("more", [](std::string& content) { content[1] ^= 1; });
        CHECK(world.look_deep().failures() == Kinds{Kind::check});
    }
    SECTION("a flip that nothing shows is found by --rehash") {
        const auto before = world.disk->stat(test::path_of_blob("more"))->identity;
        world.disk->granularity(24h * 365);
        world.change("more", [](std::string& content) { content[1] ^= 1; });
        if (world.disk->stat(test::path_of_blob("more"))->identity == before) CHECK(world.look_deep().passed());
        world.options.rehash = true;
        CHECK(world.look_deep().failures() == Kinds{Kind::check});
    }
    SECTION("not for longer than the age that is asked for") {
        world.options.max_age = 59min;
        CHECK(world.look_deep().content->count.remembered == 0);
        CHECK(world.verified.entries().front().at == world.clock.now()); // renewed
    }
    SECTION("without a memory all is read") {
        world.verified = state::VerifiedBlobs(world.state.write("file", "") / "verified.jsonl");
        const use::Report report = world.look_deep();
        CHECK(report.passed());
        CHECK(report.content->count.remembered == 0);
        CHECK(World::words(report.findings) == Words{"note store"});
    }
}

TEST_CASE("what changed shortly before it was read is not remembered") {
    World world;
    world.clock.set(world.disk->stat(test::path_of_blob("more"))->identity.changed + 1s);
    CHECK(world.look_deep().passed());
    CHECK(world.verified.entries().empty());
}

TEST_CASE("a stop ends the reading, what is known is said and remembered") {
    World world;
    test::install(world.server, *world.disk, "large", "{}", {std::string(std::size_t{64} << 20U, 'x')});
    world.options.targets = {"large", "chat"};
    world.at_amount = [&] { world.stop.request_stop(); };
    const use::Report report = world.look_deep();
    CHECK(report.interrupted);
    CHECK(report.content->count.good < report.content->count.blobs);
    CHECK(world.verified.entries().size() == report.content->count.good);
    CHECK(world.events.back().type == Event::Type::end);
    CHECK(world.events.back().text == "stopped");
}
