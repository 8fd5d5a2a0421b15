#include "download/reading.hpp"
#include "support/catch.hpp"
#include "support/fake_registry.hpp"
#include "support/memory_disk.hpp"

#include "codemate/download/download.hpp"

#include <random>

using namespace codemate;
using namespace codemate::download;
using test::FakeRegistry;
using test::MemoryDisk;
using What = FakeRegistry::Call::What;
using Call = MemoryDisk::Call;

namespace {

const std::string partial = ".codemate/blob";
const std::string whole = "blobs/blob";

std::string noise(std::size_t size) {
    std::minstd_rand random(11);
    std::string text(size, '\0');
    for (char& byte : text)
        byte = static_cast<char>(random() >> 8U);
    return text;
}

struct Killed {};

// A registry of two mirrors with one blob, and a directory.
struct World {
    explicit World(std::size_t size = 5000) : content(noise(size)) {
        offer("a.example/library/m:latest");
        disk.make_directory("blobs");
        disk.make_directory(".codemate");
        options.part = 512;
        options.block = 128;
        options.window = 1536;
        options.boot = "this";
        options.retries = 2;
        options.wait = [this](Duration span, const Stop& token) {
            throw_if_stopped(token);
            const std::lock_guard lock(mutex);
            waits.push_back(span);
        };
        options.note = [this](const std::string& text) {
            const std::lock_guard lock(mutex);
            notes.push_back(text);
        };
    }
    void offer(std::string_view name) {
        registry.offer(name, FakeRegistry::model("{}", {{"model", content}}));
        places.push_back(ModelName::parse(name));
    }
    Report fetch(registry::Registry* from = nullptr, std::optional<ByteCount> size = {}) {
        const Wanted wanted{digest, size.value_or(ByteCount(content.size())), places};
        return download::fetch(
            wanted, {partial, whole, {0640, {}, {}}}, from ? *from : registry, disk, options,
            [this](ByteCount done) { progress.push_back(done.count()); }, stop.get_token());
    }
    // At the thirtieth write, of forty blocks.
    void be_killed(registry::Registry* from = nullptr) {
        std::atomic<int> writes{0};
        disk.before_each_write([&](std::string_view, std::uint64_t) {
            if (++writes > 30) throw Killed(); // all threads: the process is gone
        });
        CHECK_THROWS_AS(fetch(from), Killed);
        disk.before_each_write({});
    }
    void check_right() const {
        CHECK(disk.content(whole) == content);
        CHECK_FALSE(disk.has(partial));
        CHECK_FALSE(disk.has(journal_of(partial)));
    }
    void check_nothing_under_final_name() const { CHECK_FALSE(disk.has(whole)); }

    std::string content;
    Digest digest = Digest::of(content);
    FakeRegistry registry;
    MemoryDisk disk;
    Options options;
    std::vector<ModelName> places;
    std::mutex mutex;
    std::vector<Duration> waits;
    std::vector<std::string> notes;
    std::vector<std::uint64_t> progress;
    std::stop_source stop;
};

template<class Act>
std::optional<Error> error_of(const Act& act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

// Serves the whole only, as some do.
class Rangeless final : public registry::Registry {
public:
    explicit Rangeless(FakeRegistry& inner) : inner_(inner) {}
    Digest digest(const ModelName& name, Stop stop) override { return inner_.digest(name, stop); }
    Image image(const ModelName& name, Stop stop) override { return inner_.image(name, stop); }
    std::optional<Image> image(const ModelName& name, const Digest& digest, Stop stop) override {
        return inner_.image(name, digest, stop);
    }
    std::optional<registry::BlobPlace> find_blob(const ModelName& name, const Digest& digest, Stop stop) override {
        return inner_.find_blob(name, digest, stop);
    }
    std::string blob(const ModelName& name, const Digest& digest, ByteCount limit, Stop stop) override {
        return inner_.blob(name, digest, limit, stop);
    }
    std::string blob_head(const ModelName& name, const Digest& digest, ByteCount count, Stop stop) override {
        return inner_.blob_head(name, digest, count, stop);
    }
    void read_blob(const ModelName& name, const Digest& digest, registry::ByteRange range,
                   const std::function<http::Flow(std::string_view)>& take, Stop stop) override {
        if (range.first > 0) throw Error(Kind::protocol, "another part came");
        inner_.read_blob(name, digest, range, take, stop);
    }

private:
    FakeRegistry& inner_;
};

} // namespace

TEST_CASE("a blob of any length comes whole under its name") {
    for (const std::size_t size : {0U, 1U, 63U, 127U, 128U, 129U, 512U, 513U, 5000U, 20000U}) {
        World world(size);
        world.options.connections = GENERATE(1U, 4U);
        const Report report = world.fetch();
        world.check_right();
        CHECK(report.fetched == ByteCount(size));
        CHECK(report.resumed == ByteCount());
        CHECK(world.disk.stat(whole)->mode == 0640);
        CHECK(world.progress.back() == size);
        CHECK(std::ranges::is_sorted(world.progress));
        CHECK(world.disk.count(Call::sync) == 1);
        CHECK(world.disk.count(Call::read) == 0); // each byte was hashed from memory
    }
}

TEST_CASE("a blob that stands under its name already is replaced") {
    World world;
    world.disk.put(whole, "damaged");
    world.fetch();
    world.check_right();
}

TEST_CASE("after a kill at any write the next run fetches what was in flight, and no more") {
    const std::uint64_t blocks = 40; // of 128 bytes
    for (std::size_t kill_at = 0; kill_at < 130; ++kill_at) {
        World world(blocks * 128);
        std::atomic<std::size_t> writes{0};
        world.disk.before_each_write([&](std::string_view, std::uint64_t) {
            if (writes++ >= kill_at) throw Killed(); // all threads: the process is gone
        });
        bool killed = false;
        try {
            world.fetch();
        } catch (const Killed&) {
            killed = true;
        }
        world.disk.before_each_write({});
        if (!killed) {
            world.check_right();
            continue;
        }
        world.check_nothing_under_final_name();
        world.registry.forget_calls();
        const Report report = world.fetch();
        world.check_right();
        CHECK(report.fetched + report.resumed == ByteCount(world.content.size()));
        // A block takes a write of its own, and at most one of the journal; a few are written down together.
        CHECK(report.resumed.count() / 128 + 4 >= kill_at / 3);
    }
}

TEST_CASE("a resumed download hashes from where it was, and reads what was ahead of the hash once") {
    World world(5120);
    world.options.connections = 1;
    std::size_t writes = 0;
    world.disk.before_each_write([&](std::string_view path, std::uint64_t) {
        if (path == partial && ++writes > 20) throw Killed();
    });
    CHECK_THROWS_AS(world.fetch(), Killed);
    world.disk.before_each_write({});
    world.fetch();
    world.check_right();
    CHECK(world.disk.count(Call::read) <= 2); // the journal; in order, everything else was hashed when it came
}

TEST_CASE("a journal with its end cut off, or none at all, costs time and nothing else") {
    for (const std::size_t left : {0U, 1U, 50U, 120U, 200U, 333U, 500U}) {
        World world(5120);
        world.be_killed();
        world.disk.change(journal_of(partial), [&](std::string& text) { text.resize(std::min(text.size(), left)); });
        world.fetch();
        world.check_right();
    }
}

TEST_CASE("what an earlier boot left is hashed again, and fetched again where it was lost") {
    const bool lost = GENERATE(false, true);
    World world(5120);
    world.options.connections = 1; // so that the first block is there for sure
    world.be_killed();
    if (lost) world.disk.change(partial, [](std::string& text) { text[5] = static_cast<char>(text[5] ^ 1); });
    world.options.boot = "another";
    const Report report = world.fetch();
    world.check_right();
    CHECK((report.resumed == ByteCount()) == lost);
    CHECK(world.disk.count(Call::read) > 2);
    CHECK((report.fetched >= ByteCount(5120)) == lost);
    CHECK(world.notes.size() == (lost ? 1 : 0));
}

TEST_CASE("a partial file that somebody has cut or exchanged is begun anew") {
    for (const bool exchanged : {false, true}) {
        World world(5120);
        world.be_killed();
        if (exchanged)
            world.disk.put(partial, std::string(5000, 'x'));
        else
            world.disk.change(partial, [](std::string& text) { text.resize(100); });
        world.fetch();
        world.check_right();
    }
}

TEST_CASE("a partial file that somebody has written into since is hashed again") {
    World world(5120);
    world.options.connections = 1; // so that the first block is there for sure
    world.be_killed();
    world.disk.advance(std::chrono::minutes(1));
    world.disk.change(partial, [](std::string& text) { text[5] = static_cast<char>(text[5] ^ 1); });
    CHECK(world.fetch().resumed == ByteCount());
    world.check_right();
    CHECK(world.notes.size() == 1);
}

TEST_CASE("a partial file that has become longer than the blob is begun anew") {
    World world(5120);
    world.be_killed();
    world.disk.change(partial, [](std::string& text) { text.resize(9000); });
    CHECK(world.fetch().resumed == ByteCount());
    world.check_right();
}

TEST_CASE("a partial file that grows while it is written never gets the blob's name") {
    World world(5120);
    std::atomic<int> writes{0};
    world.disk.before_each_write([&](std::string_view, std::uint64_t) {
        if (++writes == 30) world.disk.change(partial, [](std::string& text) { text.resize(9000); });
    });
    world.fetch();
    world.check_right();
    CHECK(world.notes.size() == 1);
}

TEST_CASE("where nothing came nothing stays") {
    World world;
    world.registry.fail(What::read_blob, Error(Kind::forbidden, "no"), 0, 9);
    CHECK(error_of([&] { world.fetch(); })->kind() == Kind::forbidden);
    CHECK_FALSE(world.disk.has(partial));
    CHECK_FALSE(world.disk.has(journal_of(partial)));
}

TEST_CASE("a directory under the blob's name is said before anything is fetched") {
    World world;
    world.disk.make_directory(whole);
    const auto error = error_of([&] { world.fetch(); });
    REQUIRE(error);
    CHECK(error->kind() == Kind::storage);
    CHECK(error->message() == "'blobs/blob' is a directory; the blob belongs there");
    CHECK(world.registry.calls().empty());
}

TEST_CASE("wrong bytes leave nothing, and say where they came from") {
    World world;
    world.registry.garble_blob(world.digest);
    const auto error = error_of([&] { world.fetch(); });
    REQUIRE(error);
    CHECK(error->kind() == Kind::damaged);
    CHECK(error->message().find("a.example/library/m") != std::string::npos);
    world.check_nothing_under_final_name();
    CHECK_FALSE(world.disk.has(partial));
    CHECK_FALSE(world.disk.has(journal_of(partial)));
}

TEST_CASE("a size that lies ends in a clear error, and nothing under the final name") {
    World world;
    CHECK(error_of([&] { world.fetch(nullptr, ByteCount(4000)); })->kind() == Kind::damaged);
    const auto longer = error_of([&] { world.fetch(nullptr, ByteCount(6000)); });
    REQUIRE(longer);
    CHECK((longer->kind() == Kind::unreachable || longer->kind() == Kind::protocol));
    world.check_nothing_under_final_name();
    world.fetch(); // what that left is about another size, and no use
    world.check_right();
}

TEST_CASE("a registry that ignores ranges sends one stream") {
    World world;
    Rangeless rangeless(world.registry);
    world.fetch(&rangeless);
    world.check_right();
    CHECK(world.notes == std::vector<std::string>{"a.example ignores ranges: the whole comes over one connection"});
}

TEST_CASE("a registry that ignores ranges goes on where it was, too") {
    World world(5120);
    Rangeless rangeless(world.registry);
    world.be_killed(&rangeless);
    CHECK(world.fetch(&rangeless).resumed > ByteCount());
    world.check_right();
}

TEST_CASE("cut connections are opened again for what is missing") {
    World world;
    world.registry.disturb_blob(world.digest, FakeRegistry::Trouble::cut, 200); // one block of each
    const Report report = world.fetch();
    world.check_right();
    CHECK(report.retried > 10);
    CHECK(world.waits.size() == report.retried);
    CHECK(std::ranges::max(world.waits) < std::chrono::seconds(2)); // each brought something
}

TEST_CASE("a connection that brings nothing is given up after some attempts, longer and longer apart") {
    World world;
    world.options.connections = 1;
    world.registry.disturb_blob(world.digest, FakeRegistry::Trouble::cut, 100); // less than a block
    const auto error = error_of([&] { world.fetch(); });
    REQUIRE(error);
    CHECK(error->kind() == Kind::unreachable);
    CHECK(world.waits == std::vector<Duration>{std::chrono::seconds(1), std::chrono::seconds(2)});
    world.check_nothing_under_final_name();
    CHECK_FALSE(world.disk.has(partial));
}

TEST_CASE("what an unfinished download has left can be removed") {
    World world;
    world.disk.room(ByteCount(3000));
    CHECK(error_of([&] { world.fetch(); }));
    CHECK(world.disk.has(partial));
    discard({partial, whole}, world.disk);
    CHECK_FALSE(world.disk.has(partial));
    CHECK_FALSE(world.disk.has(journal_of(partial)));
}

TEST_CASE("a registry that asks for patience gets it") {
    World world;
    Error busy(Kind::busy, "too many requests");
    busy.retry_after(std::chrono::seconds(7));
    world.registry.fail(What::read_blob, busy, 2, 2);
    world.fetch();
    world.check_right();
    CHECK(world.waits == std::vector<Duration>(2, std::chrono::seconds(7)));
}

TEST_CASE("a registry that lets one connection in only is enough") {
    World world;
    world.options.connections = 4; // three of them fail three times each
    world.registry.fail(What::read_blob, Error(Kind::busy, "too many requests"), 1, 9);
    world.fetch();
    world.check_right();
}

TEST_CASE("where one place fails the next one goes on with what is there") {
    World world;
    world.offer("b.example/library/m:latest");
    std::atomic<int> calls{0};
    world.registry.before_each_call([&](const FakeRegistry::Call& call) {
        if (call.name.starts_with("a.example") && ++calls == 4)
            world.registry.fail_model("a.example/library/m:latest", Error(Kind::not_found, "it is gone"));
    });
    const Report report = world.fetch();
    world.check_right();
    CHECK(report.fetched >= ByteCount(5000));
    CHECK(report.fetched < ByteCount(5000 + 4 * 512));
    REQUIRE(world.notes.size() == 1);
    CHECK(world.notes.front().ends_with("going on at b.example"));
}

TEST_CASE("a place that another download did not reach is asked last, once, and trusted when it answers") {
    World world;
    world.options.unreached = std::make_shared<Unreached>();
    world.options.connections = 1;
    world.options.unreached->add("a.example");
    SECTION("another has it") {
        world.offer("b.example/library/m:latest");
        world.fetch();
        CHECK(world.registry.calls().front().name.starts_with("b.example"));
        CHECK(world.options.unreached->has("a.example"));
    }
    SECTION("it alone has it") {
        world.fetch();
        CHECK_FALSE(world.options.unreached->has("a.example"));
    }
    SECTION("it is still not there") {
        world.registry.fail_model("a.example/library/m:latest", Error(Kind::unreachable, "nobody"));
        CHECK(error_of([&] { world.fetch(); })->kind() == Kind::unreachable);
        CHECK(world.waits.empty());
    }
}

TEST_CASE("who is asked, as messages call it") {
    const ModelName name = ModelName::parse("mistral"), other = ModelName::parse("hf.co/a/b");
    Options options;
    CHECK(asked_at(name, options) == "registry.ollama.ai");
    options.public_registry = "registry.lan:5000";
    CHECK(asked_at(name, options) == "registry.lan:5000");
    CHECK(asked_at(other, options) == "hf.co");
    options.where = "/media/usb";
    CHECK(asked_at(other, options) == "/media/usb");
}

TEST_CASE("a full disk is said, and what is there is not fetched again") {
    World world;
    world.disk.room(ByteCount(3000));
    const auto error = error_of([&] { world.fetch(); });
    REQUIRE(error);
    CHECK(error->kind() == Kind::storage);
    world.check_nothing_under_final_name();
    world.disk.room({});
    CHECK(world.fetch().resumed > ByteCount(500));
    world.check_right();
}

TEST_CASE("faults of the disk leave no half blob under the final name") {
    const auto call = GENERATE(Call::draft, Call::write, Call::sync, Call::move);
    World world;
    world.disk.fail(call, partial, Error(Kind::storage, "the disk is dying"));
    CHECK(error_of([&] { world.fetch(); })->message() == "the disk is dying");
    world.check_nothing_under_final_name();
}

TEST_CASE("a stop ends it at once, and the next run goes on") {
    World world;
    world.options.pace = [&, count = std::make_shared<std::atomic<int>>(0)](ByteCount, const Stop&) {
        if (++*count == 6) world.stop.request_stop();
    };
    CHECK_THROWS_AS(world.fetch(), Interrupted);
    world.check_nothing_under_final_name();
    world.stop = {};
    world.options.pace = {};
    CHECK(world.fetch().resumed > ByteCount());
    world.check_right();
}

TEST_CASE("of a registry that drips something is heard before a block is whole") {
    World world(100); // less than a block
    world.options.retries = 0;
    world.registry.disturb_blob(world.digest, FakeRegistry::Trouble::cut, 60);
    CHECK(error_of([&] { world.fetch(); }));
    CHECK(world.progress == std::vector<std::uint64_t>{0, 0}); // at the begin, and of what came
}
