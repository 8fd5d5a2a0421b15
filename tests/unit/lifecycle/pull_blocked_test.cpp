#include "lifecycle/pull/blocked.hpp"
#include "ollama/error_text.hpp"
#include "support/catch.hpp"
#include "support/memory_disk.hpp"
#include "unit/lifecycle/pull_world.hpp"

#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

// pull of a layer whose bookkeeping the server cannot read.

using namespace codemate;
namespace use = lifecycle::pull;
using test::before;
using test::FakeServer;
using test::MemoryDisk;
using test::mistral;
using test::old_digest;
using use::Outcome;

namespace {

const Layer weights = before.image().layers.front();

std::string record(int number) {
    return store::blob_path(weights.digest) + "-partial-" + std::to_string(number);
}
constexpr const char* sound = R"({"N":0,"Offset":0,"Size":10,"Completed":0})";

// A server that says "EOF" so often, and a models directory in which there is a reason for it.
struct World : test::PullWorld {
    std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
    bool in_reach = true;
    int looks = 0;

    World() {
        disk->make_directory("blobs");
        disk->make_directory("manifests");
    }
    void refuse(int times, const char* text = "EOF") {
        server.fail_pull("mistral", {FakeServer::Fault::Type::error, text, 1, times});
    }
    use::Item pull(int retries = 1) {
        use::Options given = options({"mistral"});
        given.retries = retries;
        use::Ports with = ports();
        with.store = [this] {
            ++looks;
            use::Reach reach;
            if (in_reach) reach.store = {disk, store::take_inventory(store::scan(*disk, {}))};
            reach.removal = [](const std::string& pattern) { return "`rm /models/" + pattern + "`"; };
            return reach;
        };
        const use::Plan made = use::plan(use::gather(given, manifest, nullptr, with, run()), given);
        return use::execute(made, given, with, run()).items.front();
    }
};

} // namespace

TEST_CASE("which words may tell of a record that cannot be read") {
    struct Row {
        const char* text;
        bool may;
    };
    const Row row = GENERATE(values<Row>({
        {"EOF", true},
        {"unexpected EOF", true}, // half a record
        {"invalid character 'x' looking for beginning of value", true},
        {"max retries exceeded: EOF", false}, // the registry breaks off
        {"max retries exceeded: unexpected EOF", false},
        {"pull model manifest: Get \"https://registry.ollama.ai/v2/library/m/manifests/latest\": EOF", false},
        {"Head \"https://registry.ollama.ai/v2/library/m/blobs/sha256:ab\": EOF", false},
        {"context canceled", false},
        {"file does not exist", false},
        {"digest mismatch, file must be downloaded again: want sha256:1, got sha256:2", false},
        {"write /models/blobs/sha256-1-partial-0: no space left on device", false},
    }));
    CAPTURE(row.text);
    CHECK(use::may_be_blocked(ollama::pull_error(row.text, mistral)) == row.may);
}

TEST_CASE("a plan names the image's blocked layers alone, and all their records") {
    MemoryDisk disk;
    const std::string other = store::blob_path(Digest::of("of another model"));
    disk.put(record(0), sound);
    disk.put(record(1), "");
    disk.put(store::blob_path(weights.digest) + "-partial", "data");
    disk.put(other + "-partial-0", "");
    const auto inventory = store::take_inventory(store::scan(disk, {}));
    const auto plan = use::plan_unblocking(before.image().blobs(), inventory);
    REQUIRE(plan.size() == 1);
    CHECK(plan.front().layer.digest == weights.digest);
    CHECK(plan.front().empty == std::vector{record(1)});
    CHECK(plan.front().others == std::vector{record(0)});
    CHECK(use::plan_unblocking({}, inventory).empty());
}

TEST_CASE("an empty record is removed, with the others of its layer, and the pull goes on") {
    World world;
    const bool others = GENERATE(false, true);
    if (others) world.disk->put(record(1), sound);
    world.disk->put(record(0), "");
    world.disk->put("blobs/sha256-" + std::string(64, 'a') + "-partial-0", ""); // somebody else's
    world.refuse(1);
    const use::Item item = world.pull(0);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK_FALSE(world.disk->has(record(0)));
    CHECK_FALSE(world.disk->has(record(1)));
    CHECK(world.disk->has("blobs/sha256-" + std::string(64, 'a') + "-partial-0"));
    CHECK(world.said("bookkeeping of an earlier download of its weights " + weights.digest.id() + " is empty"));
    CHECK(item.attempts.empty());
    CHECK(world.waits.empty());
}

TEST_CASE("a connection that broke off with the same words is tried again as ever") {
    World world;
    world.disk->put(record(0), sound);
    world.refuse(1);
    CHECK(world.pull().outcome == Outcome::pulled);
    CHECK(world.disk->has(record(0)));
    CHECK(world.waits.size() == 1);
}

TEST_CASE("what may not be removed, and what is not empty, is explained at once with the command") {
    World world;
    const bool is_empty = GENERATE(true, false);
    world.disk->put(record(0), is_empty ? "" : "xx");
    if (is_empty) world.disk->fail(MemoryDisk::Call::remove, record(0), Error(Kind::storage, "permission denied"));
    world.refuse(100, is_empty ? "EOF" : "invalid character 'x' looking for beginning of value");
    const use::Item item = world.pull(5);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::storage);
    CHECK(item.error->hint() == "`rm /models/" + store::blob_path(weights.digest) + "-partial-*`, then pull again");
    CHECK(item.error->message().find(is_empty ? "permission denied" : "cannot be read") != std::string::npos);
    CHECK(world.disk->has(record(0)));
    CHECK(world.waits.empty());
}

TEST_CASE("a layer on which somebody works is left alone") {
    World world;
    const std::string data = store::blob_path(weights.digest) + "-partial";
    world.disk->put(data, "data");
    world.disk->put(record(0), "");
    const auto inventory = store::take_inventory(store::scan(*world.disk, {}));
    use::Ports ports = world.ports();
    ports.store = [&] { return use::Reach{{{world.disk, inventory}}, [](const std::string&) { return ""; }}; };
    if (GENERATE(true, false))
        world.disk->change(data, [](std::string& content) { content += "more"; });
    else
        world.disk->change(record(0), [](std::string& content) { content = sound; });
    const use::Blocked::Finding finding = use::Blocked(ports).free(before.image(), {});
    CHECK(finding.done.empty());
    CHECK_FALSE(finding.stuck);
    CHECK(world.disk->has(record(0)));
}

TEST_CASE("the files are not in reach: the layer that the server lacks first is named, with the command") {
    World world;
    world.in_reach = false;
    world.refuse(100);
    const use::Item item = world.pull(2);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unreachable); // it may have been the connection
    CHECK(item.error->hint() == "if it stays so, an empty file of the server's bookkeeping blocks its weights " +
                                    weights.digest.id() + ": `rm /models/" + store::blob_path(weights.digest) +
                                    "-partial-*`, then pull again");
    CHECK(item.attempts.size() == 3);
    CHECK(world.looks == 1);
}
