#include "lifecycle/pull/blocked.hpp"
#include "ollama/error_text.hpp"
#include "support/catch.hpp"
#include "support/memory_disk.hpp"
#include "unit/lifecycle/pull_world.hpp"

#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

// pull of a layer that cannot come whole because of what lies in the models directory.

using namespace codemate;
namespace use = lifecycle::pull;
using test::after;
using test::as_installed;
using test::before;
using test::FakeRegistry;
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
const std::string data = store::blob_path(weights.digest) + "-partial";
// The only one of its download, or one of several.
const std::string sound = R"({"N":0,"Offset":0,"Size":)" + std::to_string(weights.size.count()) + R"(,"Completed":0})";
constexpr const char* one_of_several = R"({"N":0,"Offset":0,"Size":10,"Completed":0})";
using What = use::Obstacle::What;

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
        {"pull model manifest: invalid character '<' looking for beginning of value", false}, // a login page
        {"max retries exceeded: EOF", false},                                                 // the registry breaks off
        {"max retries exceeded: unexpected EOF", false},
        {"pull model manifest: Get \"https://registry.ollama.ai/v2/library/m/manifests/latest\": EOF", false},
        {"Head \"https://registry.ollama.ai/v2/library/m/blobs/sha256:ab\": EOF", false},
        {"remove /m/blobs/sha256-aa-partial-1: no such file or directory", true},
        {"context canceled", false},
        {"file does not exist", false},
        {"digest mismatch, file must be downloaded again: want sha256:1, got sha256:2", false},
        {"write /models/blobs/sha256-1-partial-0: no space left on device", false},
    }));
    CAPTURE(row.text);
    CHECK(use::may_be_blocked(ollama::pull_error(row.text, mistral)) == row.may);
}

TEST_CASE("obstacles are those of the image's layers alone") {
    MemoryDisk disk;
    const std::string other = store::blob_path(Digest::of("of another model"));
    disk.put(record(0), sound);
    disk.put(record(1), "");
    disk.put(store::blob_path(weights.digest) + "-partial", "data");
    disk.put(other + "-partial-0", "");
    const auto inventory = store::take_inventory(store::scan(disk, {}));
    const auto found = use::find_obstacles(before.image(), inventory);
    REQUIRE(found.size() == 1);
    CHECK(found.front().layer.digest == weights.digest);
    CHECK(found.front().what == What::unreadable_record);
    CHECK(found.front().paths == std::vector{record(0), record(1)}); // the one that cannot be read goes last
    CHECK(use::find_obstacles(after.image(), inventory).empty());
}

TEST_CASE("what the records account for is compared with the layer") {
    struct Row {
        std::vector<std::uint64_t> sizes;
        bool is_obstacle;
    };
    const std::uint64_t size = weights.size.count();
    const Row row = GENERATE_REF(values<Row>({
        {{}, false}, // none: the server begins anew
        {{size}, false},
        {{size - 4, 4}, false},
        {{size - 4}, true},
        {{size, 4}, true},
    }));
    MemoryDisk disk;
    disk.put(data, std::string(size, '.'));
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < row.sizes.size(); ++i) {
        disk.put(record(static_cast<int>(i)), R"({"N":)" + std::to_string(i) + R"(,"Offset":)" +
                                                  std::to_string(offset) + R"(,"Size":)" +
                                                  std::to_string(row.sizes[i]) + R"(,"Completed":0})");
        offset += row.sizes[i];
    }
    const auto found = use::find_obstacles(before.image(), store::take_inventory(store::scan(disk, {})));
    CHECK(found.size() == (row.is_obstacle ? 1U : 0U));
    if (!row.is_obstacle || found.empty()) return;
    CHECK(found.front().what == What::lacking_records);
    CHECK(found.front().told == ByteCount(offset));
    CHECK(found.front().paths.size() == row.sizes.size());
}

TEST_CASE("an event that tells another length than the manifest") {
    ollama::PullEvent event;
    event.stage = ollama::PullEvent::Stage::layer;
    event.layer = weights.digest;
    event.total = weights.size;
    CHECK_FALSE(use::wrong_extent(event, before.image()));
    event.total = weights.size - ByteCount(1);
    REQUIRE(use::wrong_extent(event, before.image()));
    CHECK(use::wrong_extent(event, before.image())->told == event.total);
    CHECK_FALSE(use::wrong_extent(event, after.image())); // another model's
    event.total = {};                                     // not told
    CHECK_FALSE(use::wrong_extent(event, before.image()));
    event.total = ByteCount(1);
    event.layer.reset(); // "sha256:model"
    CHECK_FALSE(use::wrong_extent(event, before.image()));
}

TEST_CASE("a record that cannot be read is removed, with the others of its layer, and the pull goes on") {
    World world;
    const bool others = GENERATE(false, true);
    const std::string content = GENERATE("", "xx", R"({"N":0,"Off)");
    if (others) world.disk->put(record(1), sound);
    world.disk->put(record(0), content);
    world.disk->put("blobs/sha256-" + std::string(64, 'a') + "-partial-0", ""); // somebody else's
    world.refuse(1);
    const use::Item item = world.pull(0);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.digest_of(mistral) == old_digest);
    CHECK_FALSE(world.disk->has(record(0)));
    CHECK_FALSE(world.disk->has(record(1)));
    CHECK(world.disk->has("blobs/sha256-" + std::string(64, 'a') + "-partial-0"));
    CHECK(world.said("bookkeeping of an earlier download of its weights " + weights.digest.id() + " cannot be read"));
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

TEST_CASE("what may not be removed is explained at once with the command") {
    World world;
    world.disk->put(record(0), "");
    world.disk->fail(MemoryDisk::Call::remove, record(0), Error(Kind::storage, "permission denied"));
    world.refuse(100);
    const use::Item item = world.pull(5);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::storage);
    CHECK(item.error->hint() == "`rm /models/" + store::blob_path(weights.digest) + "-partial-*`, then pull again");
    CHECK(item.error->message().find("permission denied") != std::string::npos);
    CHECK(world.disk->has(record(0)));
    CHECK(world.waits.empty());
}

TEST_CASE("a layer on which somebody works is left alone") {
    World world;
    world.disk->put(data, "data");
    world.disk->put(record(0), "");
    const auto inventory = store::take_inventory(store::scan(*world.disk, {}));
    use::Ports ports = world.ports();
    ports.store = [&] { return use::Reach{{{world.disk, inventory}}, [](const std::string&) { return ""; }}; };
    if (GENERATE(true, false))
        world.disk->change(data, [](std::string& content) { content += "more"; });
    else
        world.disk->change(record(0), [](std::string& content) { content = sound; });
    const use::Blocked::Finding finding = use::Blocked(ports).free(before.image(), world.run());
    CHECK(finding.done.empty());
    CHECK_FALSE(finding.stuck);
    CHECK(world.disk->has(record(0)));
}

TEST_CASE("a download that moves while it is looked at is another client's, whatever its records lack") {
    World world;
    world.disk->put(data, "data");
    world.disk->put(record(0), one_of_several);
    use::Ports ports = world.ports();
    ports.store = [&] {
        return use::Reach{{{world.disk, store::take_inventory(store::scan(*world.disk, {}))}},
                          [](const std::string&) { return ""; }};
    };
    const bool moves = GENERATE(true, false);
    ports.wait = [&](Duration, const Stop&) {
        if (moves) world.disk->change(data, [](std::string& content) { content += "more"; });
    };
    const use::Blocked::Finding finding = use::Blocked(ports).free(before.image(), world.run());
    CHECK(finding.done.empty() == moves);
    CHECK(world.disk->has(record(0)) == moves);
}

TEST_CASE("a file that is too short and taken for the whole is removed, and fetched anew") {
    World world;
    const std::string file = store::blob_path(weights.digest);
    world.disk->put(file, "weigh");
    world.disk->after_each_removal([&](std::string_view path) {
        if (path == file) world.server.lose_blob(weights.digest);
    });
    world.server.cut_blob(weights.digest, ByteCount(5));
    const use::Item item = world.pull(0);
    CHECK(item.outcome == Outcome::pulled);
    CHECK_FALSE(world.disk->has(file));
    CHECK(world.said("has 5 B of " + to_string(weights.size) + ", and is taken for the whole; removed 1 file"));
    CHECK(item.attempts.empty());
}

TEST_CASE("a manifest that lies about a size does not cost the file that is right") {
    World world;
    const std::string content = "weights of four bits, and what else belongs to them";
    FakeRegistry::Model lie = before;
    std::string bytes = lie.manifest;
    const std::string right = Digest::of(content).text();
    for (std::size_t at; (at = bytes.find(weights.digest.text())) != std::string::npos;)
        bytes.replace(at, right.size(), right);
    lie.manifest = bytes;
    world.disk->put(store::blob_path(Digest::of(content)), content);
    world.serve("mistral", lie);
    world.server.cut_blob(Digest::of(content), ByteCount(content.size()));
    const use::Item item = world.pull(0);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::damaged);
    CHECK(item.error->message().find("its manifest is wrong") != std::string::npos);
    CHECK(world.disk->has(store::blob_path(Digest::of(content))));
}

TEST_CASE("a file that is too short, out of reach: removed through the API where no model needs it") {
    World world;
    world.in_reach = false;
    world.server.cut_blob(weights.digest, ByteCount(5));
    const bool is_used = GENERATE(false, true);
    if (is_used) world.server.install("someone/other", as_installed(before));
    if (is_used) world.server.cut_blob(weights.digest, ByteCount(5));
    const use::Item item = world.pull(0);
    CHECK(item.outcome == (is_used ? Outcome::failed : Outcome::pulled));
    CHECK(world.helpers().empty());
    if (!is_used) {
        CHECK(world.said("and took that for the whole; removed through its API"));
        return;
    }
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::damaged);
    CHECK(item.error->hint() == "`rm /models/" + store::blob_path(weights.digest) + "`, then pull again");
}

TEST_CASE("records that do not account for the whole: removed, or left to the server that will find it out") {
    World world;
    world.in_reach = GENERATE(true, false);
    world.disk->put(data, std::string(weights.size.count(), '.'));
    world.disk->put(record(0), one_of_several);
    world.server.lose_records(weights.digest, ByteCount(10));
    const use::Item item = world.pull(1);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(world.said(world.in_reach ? "accounts for 10 B of" : "10 B of"));
    CHECK(world.disk->has(record(0)) != world.in_reach);
}

TEST_CASE("the files are not in reach: the layer that the server lacks first is named, with the command") {
    World world;
    world.in_reach = false;
    world.refuse(100);
    const use::Item item = world.pull(2);
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::unreachable); // it may have been the connection
    CHECK(item.error->hint() == "if it stays so, what an earlier download has left in the server's books blocks its "
                                "weights " +
                                    weights.digest.id() + ": `rm /models/" + store::blob_path(weights.digest) +
                                    "-partial-*`, then pull again");
    CHECK(item.attempts.size() == 3);
    CHECK(world.looks == 1);
}
