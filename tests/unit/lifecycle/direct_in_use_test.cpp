#include "support/catch.hpp"
#include "support/memory_disk.hpp"

#include "codemate/lifecycle/direct.hpp"
#include "codemate/store/layout.hpp"

#include <functional>

using namespace codemate;
using namespace codemate::lifecycle::direct;
using test::MemoryDisk;

namespace {

// Is asked for blobs, and for nothing else.
class Server final : public ollama::Server {
public:
    explicit Server(std::function<bool(const Digest&)> answer) : answer_(std::move(answer)) {}

    bool has_blob(const Digest& digest, Stop) override { return answer_(digest); }
    std::string version(Stop) override { throw unexpected(); }
    std::vector<ollama::Installed> installed(Stop) override { throw unexpected(); }
    std::vector<ollama::Running> running(Stop) override { throw unexpected(); }
    ollama::Shown show(const ModelName&, Stop) override { throw unexpected(); }
    ollama::PullEnd pull(const ModelName&, ollama::Transport,
                         const std::function<ollama::Flow(const ollama::PullEvent&)>&, Stop) override {
        throw unexpected();
    }
    ollama::Generated generate(const ollama::Prompt&, const std::function<ollama::Flow(const ollama::Chunk&)>&,
                               Stop) override {
        throw unexpected();
    }
    ollama::Embedded embed(const ollama::Passage&, Stop) override { throw unexpected(); }
    void load(const ModelName&, const ollama::LoadOptions&, Stop) override { throw unexpected(); }
    void unload(const ModelName&, Stop) override { throw unexpected(); }
    void copy(const ModelName&, const ModelName&, Stop) override { throw unexpected(); }
    void remove(const ModelName&, Stop) override { throw unexpected(); }

private:
    static Error unexpected() { return {Kind::defect, "nobody should have asked that"}; }

    std::function<bool(const Digest&)> answer_;
};

struct World {
    MemoryDisk disk;
    Options options;
    World() { make_directories(disk, options); }
    Use look(ollama::Server& server) { return find_use(disk, {{"http://there", &server}}, options, {}); }
};

} // namespace

TEST_CASE("a server that sees what was put into the directory uses it; nothing stays of that") {
    World world;
    Server same([&](const Digest& digest) { return world.disk.stat(store::blob_path(digest)).has_value(); });
    CHECK(world.look(same).used_by == "http://there");
    CHECK(world.disk.list("blobs", {}).entries.empty());
    CHECK(world.disk.list(work_directory, {}).entries.empty());
}

TEST_CASE("what a run that was killed left of its question is taken away by the next one") {
    World world;
    const std::string other = store::blob_path(Digest::of("of a model"));
    world.disk.put(other, "of a model");
    Server watching([&](const Digest& digest) {
        world.disk.put(std::string(work_directory) + "/mark-" + Digest::of("left").hex(), "");
        world.disk.put(store::blob_path(Digest::of("left")), "left");
        world.disk.put(std::string(work_directory) + "/mark-new", "le");
        return world.disk.stat(store::blob_path(digest)).has_value();
    });
    CHECK(world.look(watching).used_by == "http://there");
    CHECK(world.disk.has(store::blob_path(Digest::of("left"))));
    Server elsewhere([](const Digest&) { return false; });
    CHECK(world.look(elsewhere).used_by.empty());
    CHECK_FALSE(world.disk.has(store::blob_path(Digest::of("left"))));
    CHECK(world.disk.has(other));
    CHECK(world.disk.list(work_directory, {}).entries.empty());
}

TEST_CASE("a server of another directory, and nobody, do not use it") {
    World world;
    MemoryDisk other;
    Server another([&](const Digest& digest) { return other.stat(store::blob_path(digest)).has_value(); });
    Server nobody([](const Digest&) -> bool { throw Error(Kind::unreachable, "nothing is listening"); });
    for (ollama::Server* server : {static_cast<ollama::Server*>(&another), static_cast<ollama::Server*>(&nobody)}) {
        const Use use = world.look(*server);
        CHECK(use.used_by.empty());
        CHECK(use.doubts.empty());
    }
    CHECK(find_use(world.disk, {}, world.options, {}).used_by.empty());
}

TEST_CASE("who says yes to everything, or something else than yes and no, leaves a doubt") {
    World world;
    Server flatterer([](const Digest&) { return true; });
    Server closed([](const Digest&) -> bool { throw Error(Kind::forbidden, "this client is not allowed"); });
    CHECK(world.look(flatterer).used_by.empty());
    REQUIRE(world.look(flatterer).doubts.size() == 1);
    CHECK(world.look(flatterer).doubts.front().why == "it claims to have any blob");
    REQUIRE(world.look(closed).doubts.size() == 1);
    CHECK(world.look(closed).doubts.front().address == "http://there");
    CHECK(world.disk.list("blobs", {}).entries.empty());
}

TEST_CASE("a question that cannot be put leaves nothing behind") {
    World world;
    Server nobody([](const Digest&) { return false; });
    world.disk.fail(MemoryDisk::Call::move, std::string(work_directory) + "/mark-new",
                    Error(Kind::storage, "it may not be written"));
    CHECK_THROWS_AS(world.look(nobody), Error);
    CHECK(world.disk.list(work_directory, {}).entries.empty());
    CHECK(world.disk.list("blobs", {}).entries.empty());
}

TEST_CASE("a directory that cannot be written is said") {
    World world;
    MemoryDisk empty;
    Server nobody([](const Digest&) { return false; });
    try {
        find_use(empty, {{"http://there", &nobody}}, world.options, {});
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
    }
}
