#include "lifecycle/exports/private_paths.hpp"
#include "support/catch.hpp"
#include "support/depots.hpp"
#include "support/hand_clock.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/disks.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/base/files.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/depot/writer.hpp"
#include "codemate/lifecycle/exports.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>

using namespace codemate;
namespace use = lifecycle::exports;
using test::FakeRegistry;
using test::MemoryDisk;

namespace {

const FakeRegistry::Model chat = test::image("weights of chat", "Q4_0");
const FakeRegistry::Model code = test::image("weights of code", "Q4_0");
const FakeRegistry::Model bigger = test::image(std::string(5 << 20, 'x'), "Q8_0");

// A registry that takes models, in memory.
class FakePublisher final : public registry::Publisher {
public:
    std::string place(const ModelName& name) const override {
        return "registry.corp/" + name.owner() + '/' + name.model() + ':' + name.tag();
    }
    bool has_blob(const ModelName& name, const Digest& digest, ByteCount /*size*/, Stop /*stop*/) override {
        if (const auto found = errors.find(name.model()); found != errors.end()) throw Error(found->second);
        return blobs[name.owner() + '/' + name.model()].contains(digest);
    }
    std::optional<Digest> served(const ModelName& name, Stop /*stop*/) override {
        const auto found = manifests.find(place(name));
        return found == manifests.end() ? std::nullopt : std::optional(Digest::of(found->second));
    }
    registry::Sent upload(const ModelName& name, const registry::Content& content, const registry::Sending& sending,
                          Stop stop) override {
        throw_if_stopped(stop);
        unfinished.push_back(sending.unfinished.value_or("-"));
        const std::string repository = name.owner() + '/' + name.model();
        if (sending.mount_from) {
            blobs[repository][content.digest] = "mounted";
            return {{}, {}, true};
        }
        sending.address("http://registry.corp/upload/" + content.digest.id());
        std::string bytes = content.read({0, content.size.count()}, stop);
        if (interrupts) throw Interrupted();
        if (Digest::of(bytes) != content.digest) throw Error(Kind::damaged, "it is damaged");
        blobs[repository][content.digest] = std::move(bytes);
        sending.address({});
        return {content.size, {}};
    }
    void put_manifest(const ModelName& name, const Image& image, Stop /*stop*/) override {
        manifests[place(name)] = image.bytes;
        ++puts;
    }

    std::map<std::string, std::map<Digest, std::string>> blobs;
    std::map<std::string, std::string> manifests;
    std::map<std::string, Error> errors; // by the model that it is asked for
    std::vector<std::string> unfinished;
    int puts = 0;
    bool interrupts = false;
};

struct World {
    FakeRegistry registry;
    MemoryDisk store, directory;
    test::TempDir files; // where the lock of the directory stands
    test::HandClock clock;
    manifest::Lock lock;
    std::vector<std::string> private_prefixes{"/home/me/"};
    std::string project = R"({"schema": 1, "roles": {"primary": "chat", "other": "code"}})";
    std::vector<Event> events;
    std::stop_source stop;
    bool with_store = true;
    std::unique_ptr<state::VerifiedBlobs> verified = std::make_unique<state::VerifiedBlobs>(files / "verified.jsonl");

    void install(const char* name, const FakeRegistry::Model& model) {
        test::add_to_store(store, ModelName::parse(name), model);
    }
    void pin(const char* name, const FakeRegistry::Model& model) {
        const Image image = model.image();
        lock.models.insert_or_assign(
            ModelName::parse(name),
            manifest::Locked{image.digest, ModelName::parse(name), image.size(), "Q4_0", image.bytes, {}, {}});
    }

    use::Ports ports(use::Destination& destination) {
        use::Ports ports{registry, destination};
        if (with_store)
            ports.store = use::Store{"/models", std::make_shared<test::BorrowedDisk>(store),
                                     store::take_inventory(store::scan(store, {}))};
        else
            ports.why_no_store = "it is on another machine";
        ports.is_private = [this](const std::string& path) {
            return std::ranges::any_of(private_prefixes,
                                       [&](const std::string& prefix) { return path.starts_with(prefix); });
        };
        return ports;
    }
    std::uint64_t part = download::Options().part;
    std::unique_ptr<use::Destination> to_directory() {
        use::DirectoryPorts ports{files / "out", "out", std::make_shared<test::BorrowedDisk>(directory), {}, {}, clock};
        std::filesystem::create_directories(files / "out");
        ports.verified = verified.get();
        ports.download.part = part;
        ports.download.wait = [](Duration, const Stop&) {};
        return use::to_directory(std::move(ports));
    }
    use::Plan plan(use::Destination& destination, std::vector<std::string> targets = {}) {
        return use::plan(
            use::gather({std::move(targets)}, test::manifest_of(project), lock, ports(destination), run()));
    }
    use::Report export_to(use::Destination& destination, std::vector<std::string> targets = {}) {
        return use::execute(plan(destination, std::move(targets)), ports(destination), run());
    }
    Run run() {
        return {stop.get_token(), [this](const Event& event) { events.push_back(event); }};
    }

    depot::Index index() const { return depot::parse_index(directory.content("index.json")); }
    manifest::Lock lock_there() const {
        const manifest::ParsedLock parsed = manifest::parse_lock(directory.content("codemate.lock"));
        CHECK(parsed.problems.empty());
        return parsed.lock;
    }
    // As another machine reads it.
    void check_whole(const char* name, const FakeRegistry::Model& model) {
        const auto there = depot::open(std::make_shared<test::BorrowedDisk>(directory), "out");
        const Image image = there->image(ModelName::parse(name), {});
        CHECK(image.bytes == model.manifest);
        for (const Layer& layer : image.blobs())
            CHECK(there->blob(ModelName::parse(name), layer.digest, ByteCount(1U << 30U), {}) ==
                  model.blobs.at(layer.digest));
    }
};

std::string with_from(std::string manifest, const std::string& path) {
    const std::string mark = R"("mediaType":"application/vnd.ollama.image.model")";
    manifest.insert(manifest.find(mark), R"("from":")" + path + R"(",)");
    return manifest + "\n";
}

} // namespace

TEST_CASE(
    "installed and locked models become a layout that is read as a registry, and another time nothing is written") {
    World world;
    world.install("chat", chat);
    world.install("code", code);
    world.pin("chat", chat);
    auto destination = world.to_directory();
    const use::Report report = world.export_to(*destination);
    REQUIRE(report.items.size() == 2);
    for (const use::Item& item : report.items) {
        CHECK(item.done);
        CHECK_FALSE(item.error);
    }
    CHECK(report.items[0].step.why == use::Facts::Why::locked);
    CHECK(report.items[1].step.why == use::Facts::Why::installed);
    world.check_whole("chat", chat);
    world.check_whole("code", code);
    CHECK(world.registry.calls().empty()); // all of it was here
    const manifest::Lock there = world.lock_there();
    REQUIRE(there.models.size() == 2);
    CHECK(there.find(ModelName::parse("chat"))->digest == chat.image().digest);
    CHECK(there.find(ModelName::parse("code"))->bytes == code.manifest);
    CHECK(there.find(ModelName::parse("code"))->quantization == "Q4_0");
    CHECK_FALSE(world.directory.has(".codemate"));

    const std::size_t writes = world.directory.count(MemoryDisk::Call::write);
    const std::size_t moves = world.directory.count(MemoryDisk::Call::move);
    auto again = world.to_directory();
    const use::Report second = world.export_to(*again);
    for (const use::Item& item : second.items) {
        CHECK(item.done);
        CHECK(item.step.up_to_date);
        CHECK(item.carried.moved == ByteCount());
    }
    CHECK(world.directory.count(MemoryDisk::Call::write) == writes);
    CHECK(world.directory.count(MemoryDisk::Call::move) == moves);
}

TEST_CASE("models that come one after the other stay in index and lock, whatever their order") {
    World world;
    world.project = R"({"schema": 1, "groups": {"default": ["code", "chat"]}})";
    world.install("code", code);
    world.install("chat", chat);
    auto destination = world.to_directory();
    world.export_to(*destination);
    auto again = world.to_directory();
    world.export_to(*again, {"code"});
    CHECK(world.index().models.size() == 2);
    CHECK(world.lock_there().models.size() == 2);
    // A lock that names more than is there is put right.
    manifest::Lock more = world.lock_there();
    more.models.emplace(ModelName::parse("gone"), test::locked(bigger, "gone"));
    world.directory.put("codemate.lock", manifest::to_text(more));
    auto third = world.to_directory();
    world.export_to(*third, {"code"});
    CHECK(world.lock_there().models.size() == 2);
}

TEST_CASE("the lock decides, whatever is installed, and what the store lacks comes from the registry") {
    World world;
    world.install("chat", bigger);
    world.install("code", code);
    world.pin("chat", chat);
    world.pin("code", code);
    world.registry.offer("chat", chat);
    auto destination = world.to_directory();
    const use::Plan plan = world.plan(*destination, {"chat"});
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps[0].from_registry() > ByteCount());
    CHECK(use::execute(plan, world.ports(*destination), world.run()).items[0].done);
    world.check_whole("chat", chat);
}

TEST_CASE("a content that is asked for by its digest goes out under the name, whatever the lock says") {
    World world;
    world.install("chat", chat);
    world.install("code", code);
    const auto asked_for = [](const FakeRegistry::Model& model) {
        return "chat@sha256:" + model.image().digest.hex().substr(0, 12);
    };
    SECTION("one that its registry serves") {
        world.pin("chat", chat);
        world.registry.offer("chat", bigger);
        auto destination = world.to_directory();
        const use::Report report = world.export_to(*destination, {asked_for(bigger)});
        REQUIRE(report.items.size() == 1);
        CHECK(report.items[0].done);
        CHECK(report.items[0].step.why == use::Facts::Why::asked);
        world.check_whole("chat", bigger);
        CHECK(world.lock_there().find(ModelName::parse("chat"))->digest == bigger.image().digest);
    }
    SECTION("what is installed, where the lock pins another one") {
        world.pin("chat", bigger);
        auto destination = world.to_directory();
        CHECK(world.export_to(*destination, {"code", asked_for(chat)}).items[1].done);
        world.check_whole("chat", chat);
        world.check_whole("code", code);
        CHECK(world.lock_there().find(ModelName::parse("chat"))->bytes == chat.manifest);
        CHECK(world.registry.calls().empty());
    }
    SECTION("what the lock has, with all that it says of it") {
        world.pin("chat", chat);
        world.lock.models.begin()->second.vectors = "v";
        auto destination = world.to_directory();
        CHECK(world.export_to(*destination, {asked_for(chat)}).items[0].done);
        CHECK(world.lock_there().find(ModelName::parse("chat"))->vectors == "v");
    }
    SECTION("one that nobody knows, or that cannot be one model's") {
        auto destination = world.to_directory();
        const auto kind_of = [&](const std::string& target) {
            try {
                world.plan(*destination, {target});
            } catch (const Error& error) {
                return error.kind();
            }
            return Kind::defect;
        };
        CHECK(kind_of(asked_for(bigger)) == Kind::not_found);
        CHECK(kind_of("default@sha256:0123456789ab") == Kind::usage);
        CHECK(kind_of("chat@sha256:0123") == Kind::usage);
    }
}

TEST_CASE("without a store all of it comes from the registry, by the lock, the server's list, or the tag") {
    World world;
    world.with_store = false;
    world.pin("chat", chat);
    world.registry.offer("chat", chat);
    world.registry.offer("code", code);
    auto destination = world.to_directory();
    const use::Report report = world.export_to(*destination);
    CHECK(report.items[0].done);
    CHECK(report.items[1].done);
    CHECK(report.items[1].step.why == use::Facts::Why::served);
    world.check_whole("chat", chat);
    world.check_whole("code", code);
}

TEST_CASE("a layer that comes at the second attempt is told with the wait before it") {
    World world;
    world.pin("chat", chat);
    world.registry.offer("chat", chat);
    world.registry.fail(FakeRegistry::Call::What::read_blob,
                        Error(Kind::busy, "it is busy").retry_after(std::chrono::seconds(7)));
    auto destination = world.to_directory();
    REQUIRE(world.export_to(*destination, {"chat"}).items[0].done);
    CHECK(std::ranges::count_if(world.events, [](const Event& event) {
              return event.type == Event::Type::note && event.text == "it is busy; trying again in 7.0s";
          }) == 1);
}

TEST_CASE("a layer that is nowhere is named, and the other model goes all the same") {
    World world;
    world.install("code", code);
    world.pin("chat", chat);
    world.registry.offer("chat", chat);
    world.registry.lose_blob(Digest::of("weights of chat"));
    auto destination = world.to_directory();
    const use::Report report = world.export_to(*destination);
    REQUIRE(report.items[0].error);
    CHECK(report.items[0].error->kind() == Kind::not_found);
    CHECK(report.items[0].error->message().find("weights " + Digest::of("weights of chat").id()) != std::string::npos);
    CHECK(report.items[1].done);
    CHECK(world.index().models.size() == 1);
    CHECK(world.lock_there().models.size() == 1);
}

TEST_CASE("what is wrong with a file of the models directory is said beside what the registry says") {
    struct Row {
        const char* what;
        std::function<void(MemoryDisk&, const std::string&)> spoil;
        std::string says;
    };
    const auto row = GENERATE(values<Row>(
        {{"cut", [](MemoryDisk& disk, const std::string& path) { disk.put(path, "weig"); }, "has 4 B of"},
         {"longer", [](MemoryDisk& disk, const std::string& path) { disk.put(path, std::string(99, 'x')); },
          "has 99 B in place of"},
         {"a link", [](MemoryDisk& disk, const std::string& path) { disk.put_link(path, "/x"); }, "a link"},
         {"a fifo", [](MemoryDisk& disk, const std::string& path) { disk.put_special(path, store::Type::fifo); },
          "a fifo"}}));
    INFO(row.what);
    World world;
    world.install("chat", chat);
    world.pin("chat", chat);
    const std::string path = store::blob_path(Digest::of("weights of chat"));
    world.store.remove(path);
    row.spoil(world.store, path);
    world.registry.fail(FakeRegistry::Call::What::find_blob, Error(Kind::unreachable, "nobody is there"));
    auto destination = world.to_directory();
    const use::Plan plan = world.plan(*destination, {"chat"});
    REQUIRE(plan.steps[0].obstacle);
    const Error& error = *plan.steps[0].obstacle;
    CHECK(error.kind() == Kind::unreachable);
    REQUIRE(error.notes().size() == 1);
    CHECK(error.notes()[0].find(row.says) != std::string::npos);
    CHECK(error.notes()[0].find("'/models'") != std::string::npos);
    CHECK(error.notes()[0].find(Digest::of("weights of chat").id()) != std::string::npos);
    CHECK(error.hint().find("codemate verify") != std::string::npos);
}

TEST_CASE("a damaged layer of the store is not exported: the registry's is, or it is said what heals it") {
    World world;
    const bool elsewhere = GENERATE(true, false);
    world.install("chat", chat);
    world.store.change(store::blob_path(Digest::of("weights of chat")), [](std::string& bytes) { bytes[2] = '!'; });
    if (elsewhere) world.registry.offer("chat", chat);
    FakePublisher publisher;
    const bool pushes = GENERATE(true, false);
    auto destination = pushes ? use::to_registry({publisher, world.clock}) : world.to_directory();
    const use::Report report = world.export_to(*destination, {"chat"});
    CHECK(report.items[0].done == elsewhere);
    if (elsewhere && !pushes) world.check_whole("chat", chat);
    if (elsewhere) return;
    REQUIRE(report.items[0].error);
    CHECK(report.items[0].error->kind() == Kind::damaged);
    CHECK(report.items[0].error->hint().find("verify --deep") != std::string::npos);
    if (!pushes) CHECK(report.items[0].error->message().find("the models directory '/models'") != std::string::npos);
    CHECK(publisher.manifests.empty());
    if (!pushes) CHECK_FALSE(world.directory.has("index.json"));
}

TEST_CASE("a layer that was spoilt in the directory comes again") {
    World world;
    world.install("chat", chat);
    auto first = world.to_directory();
    REQUIRE(world.export_to(*first, {"chat"}).items[0].done);
    const std::string path = depot::blob_path(Digest::of("weights of chat"));
    bool is_told = true; // what is replaced
    SECTION("changed") {
        world.directory.change(path, [](std::string& bytes) { bytes[2] = '!'; });
    }
    SECTION("cut") {
        world.directory.change(path, [](std::string& bytes) { bytes.pop_back(); });
    }
    SECTION("gone") {
        world.directory.remove(path);
        is_told = false;
    }
    SECTION("a fifo") {
        world.directory.remove(path);
        world.directory.put_special(path, store::Type::fifo);
    }
    SECTION("a link") {
        world.directory.remove(path);
        world.directory.put_link(path, "/etc/passwd");
    }
    auto second = world.to_directory();
    CHECK(world.export_to(*second, {"chat"}).items[0].carried.moved > ByteCount());
    CHECK(std::ranges::count_if(world.events, [](const Event& event) {
              return event.type == Event::Type::note && event.text.starts_with("a layer that was there is ");
          }) == (is_told ? 1 : 0));
    world.check_whole("chat", chat);
}

TEST_CASE("a model whose blob goes while others come does not get into the index") {
    World world;
    world.project = R"({"schema": 1, "groups": {"default": ["code", "chat"]}})";
    world.install("chat", chat);
    world.install("code", code);
    const bool there_before = GENERATE(true, false);
    if (there_before) {
        auto first = world.to_directory();
        REQUIRE(world.export_to(*first, {"chat"}).items[0].done);
    }
    const std::string path = depot::blob_path(chat.image().config.digest);
    const auto mark = GENERATE(as<std::string>(), "gone", "another size", "no file");
    bool done = false;
    auto second = world.to_directory();
    const use::Plan plan = world.plan(*second);
    const auto events = [&](const Event& event) {
        // When its last layer has come, or right after it was looked at.
        const bool comes = event.type == Event::Type::amount && event.item == "chat:latest";
        if (done || !(there_before ? event.type == Event::Type::begin && event.item == "chat:latest"
                                   : comes && world.directory.has(path)))
            return;
        done = true;
        world.directory.remove(path);
        if (mark == "another size") world.directory.put(path, "{}");
        if (mark == "no file") world.directory.put_special(path, store::Type::fifo);
    };
    const use::Report report = use::execute(plan, world.ports(*second), {world.stop.get_token(), events});
    REQUIRE(done);
    for (const use::Item& item : report.items) {
        const bool is_chat = item.step.name.model() == "chat";
        CHECK(item.done != is_chat);
        if (!is_chat) continue;
        REQUIRE(item.error);
        CHECK(item.error->kind() == Kind::storage);
        CHECK(item.error->message().find("its configuration " + chat.image().config.digest.id()) != std::string::npos);
        CHECK(item.error->message().find("'out' while the export was at work") != std::string::npos);
    }
    auto third = world.to_directory();
    CHECK(world.export_to(*third).items.size() == 2);
    world.check_whole("chat", chat);
    world.check_whole("code", code);
}

TEST_CASE("what is there and known to be good is not read again") {
    World world;
    world.install("chat", chat);
    auto first = world.to_directory();
    REQUIRE(world.export_to(*first, {"chat"}).items[0].done);
    world.directory.advance(std::chrono::minutes(1));
    world.clock.set(world.directory.now() + std::chrono::minutes(1));
    const std::string weights = depot::blob_path(Digest::of("weights of chat"));
    std::size_t reads = 0;
    world.directory.before_each_read([&](std::string_view path, std::uint64_t) { reads += path == weights; });
    auto second = world.to_directory();
    CHECK(world.export_to(*second, {"chat"}).items[0].done);
    CHECK(reads > 0);
    reads = 0;
    auto third = world.to_directory();
    CHECK(world.export_to(*third, {"chat"}).items[0].done);
    CHECK(reads == 0);
}

TEST_CASE("a directory that is something else is refused before anything is written") {
    World world;
    SECTION("with files of others") {
        world.directory.put("thesis.tex", "…");
    }
    SECTION("a layout with other images") {
        world.directory.put("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
        world.directory.put(
            "index.json",
            R"({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
                Digest::of("x").text() + R"(","size":1}]})");
    }
    try {
        world.to_directory();
        FAIL("it was taken");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::usage);
    }
    CHECK(world.directory.count(MemoryDisk::Call::write) == 0);
}

TEST_CASE("an export's own files that are spoilt are named with their directory, and a hint that helps") {
    World world;
    world.install("chat", chat);
    auto first = world.to_directory();
    REQUIRE(world.export_to(*first, {"chat"}).items[0].done);
    Kind kind = Kind::damaged;
    SECTION("the index") {
        world.directory.change("index.json", [](std::string& bytes) { bytes = "{"; });
    }
    SECTION("an index without end") {
        world.directory.put("index.json", std::string((16 << 20) + 1, ' '));
        kind = Kind::storage;
    }
    SECTION("the lock") {
        world.directory.put("codemate.lock", "{");
        kind = Kind::manifest;
    }
    try {
        world.to_directory();
        FAIL("it was taken");
    } catch (const Error& error) {
        CHECK(error.kind() == kind);
        CHECK(error.message().starts_with("cannot export to 'out': "));
        CHECK(error.hint().starts_with("name another directory"));
    }
}

TEST_CASE("a lock that could not be put in its place leaves nothing beside it") {
    World world;
    world.install("chat", chat);
    const bool is_killed = GENERATE(true, false);
    if (is_killed) {
        world.directory.put(".codemate/new", "half a lo");
    } else {
        world.directory.fail(MemoryDisk::Call::move, ".codemate/new", Error(Kind::storage, "no space"));
        auto first = world.to_directory();
        CHECK_THROWS_AS(world.export_to(*first, {"chat"}), Error); // its very first file does not get there
        CHECK_FALSE(world.directory.has("codemate.lock"));
        CHECK(std::filesystem::is_empty(world.files / "out"));
        return;
    }
    auto second = world.to_directory();
    REQUIRE(world.export_to(*second, {"chat"}).items[0].done);
    CHECK(world.lock_there().models.size() == 1);
    std::vector<std::string> names;
    for (const store::Listed& entry : world.directory.list("", {}).entries)
        names.push_back(entry.name);
    CHECK(names == std::vector<std::string>{"blobs", "codemate.lock", "index.json", "oci-layout"});
    CHECK(std::filesystem::is_empty(world.files / "out"));
}

TEST_CASE("the lock of an export names no place of the project") {
    World world;
    world.project = R"({"schema": 1, "models": {"mine": {"from": "chat"}}, "roles": {"primary": "mine"}})";
    world.install("mine", chat);
    world.pin("mine", chat);
    world.lock.models.begin()->second.source = ModelName::parse("chat");
    auto destination = world.to_directory();
    REQUIRE(world.export_to(*destination).items[0].done);
    CHECK(world.lock_there().models.begin()->second.source == ModelName::parse("mine"));
}

TEST_CASE("what is cut off is told with what is kept of it, and a check is no model") {
    World world;
    world.install("chat", bigger);
    world.install("code", code);
    auto first = world.to_directory();
    REQUIRE(world.export_to(*first, {"code"}).items[0].done);
    world.part = download::Options().block;
    auto second = world.to_directory();
    const use::Ports ports = world.ports(*second);
    const auto events = [&](const Event& event) {
        CHECK((event.item.empty() || event.item == "chat:latest" || event.item == "code:latest"));
        if (event.item == "chat:latest" && event.done > ByteCount(1 << 20)) world.stop.request_stop();
    };
    const use::Plan plan = world.plan(*second);
    const use::Report report = use::execute(plan, ports, {world.stop.get_token(), events});
    CHECK(report.ending == use::Ending::interrupted);
    for (const use::Item& item : report.items) {
        INFO(item.step.name.display() << " " << item.kept.count());
        CHECK((item.kept > ByteCount(1 << 19)) == (item.step.name.display() == "chat:latest"));
    }
    world.stop = {};
    auto third = world.to_directory();
    for (const use::Step& step : world.plan(*third).steps) {
        const bool is_cut = step.name.display() == "chat:latest";
        CHECK((step.left_over() > ByteCount(1 << 19)) == is_cut);
        CHECK(step.left_over() <= step.from_store());
    }
}

TEST_CASE("a full disk leaves nothing half written under a final name") {
    World world;
    world.install("chat", chat);
    world.directory.fail(MemoryDisk::Call::move, depot::partial_path(Digest::of("weights of chat")),
                         Error(Kind::storage, "no space"));
    auto destination = world.to_directory();
    const use::Report report = world.export_to(*destination, {"chat"});
    REQUIRE(report.items[0].error);
    CHECK(report.items[0].error->kind() == Kind::storage);
    CHECK_FALSE(world.directory.has(depot::blob_path(Digest::of("weights of chat"))));
    CHECK_FALSE(world.directory.has("index.json"));
}

TEST_CASE("what the registry says of one model does not stop the others, and what it says of all is told once") {
    struct Row {
        const char* what;
        std::map<std::string, Error> errors;
        std::optional<Kind> ends; // all of it, with this
        std::vector<std::string> pushed;
    };
    const Error gone(Kind::not_found, "gone"), damaged(Kind::damaged, "damaged"), no_login(Kind::unauthorised, "who?"),
        forbidden(Kind::forbidden, "no"), page(Kind::protocol, "a page"), cut(Kind::unreachable, "cut");
    const auto row = GENERATE_COPY(values<Row>({
        {"one is not found", {{"chat", gone}}, {}, {"code"}},
        {"each for itself", {{"chat", gone}, {"code", gone}}, {}, {}},
        {"one is damaged", {{"code", damaged}}, {}, {"chat"}},
        {"a login for one project only", {{"chat", no_login}}, {}, {"code"}},
        {"no login", {{"chat", no_login}, {"code", no_login}}, Kind::unauthorised, {}},
        {"two reasons", {{"chat", no_login}, {"code", forbidden}}, {}, {}},
        {"no registry", {{"chat", page}, {"code", page}}, Kind::protocol, {}},
        {"nobody is there", {{"chat", cut}}, Kind::unreachable, {}},
        {"nobody is there any more", {{"code", cut}}, Kind::unreachable, {}},
    }));
    INFO(row.what);
    World world;
    world.install("chat", chat);
    world.install("code", code);
    FakePublisher publisher;
    publisher.errors = row.errors;
    auto destination = use::to_registry({publisher, world.clock});
    std::optional<Kind> ended;
    try {
        const use::Report report = world.export_to(*destination);
        for (const use::Item& item : report.items) {
            const bool goes = !row.errors.contains(item.step.name.model());
            CHECK(item.done == goes);
            CHECK(item.error.has_value() != goes);
            if (!goes) CHECK(item.error->kind() == row.errors.at(item.step.name.model()).kind());
        }
    } catch (const Error& error) {
        ended = error.kind();
    }
    CHECK(ended == row.ends);
    CHECK(publisher.manifests.size() == row.pushed.size());
    for (const std::string& name : row.pushed)
        CHECK(publisher.manifests.contains("registry.corp/library/" + name + ":latest"));
}

TEST_CASE("what is done is never more than the whole, however models share layers and what is damaged comes again") {
    const FakeRegistry::Model one = test::image("weights of one", "Q4_0"), two = test::image("weights of two", "Q4_0");
    World world; // both with one configuration
    world.install("chat", one);
    world.install("code", two);
    FakePublisher publisher;
    const bool pushes = GENERATE(true, false);
    if (!pushes) {
        auto first = world.to_directory();
        REQUIRE(world.export_to(*first, {"chat"}).items[0].done);
        world.directory.change(depot::blob_path(Digest::of("weights of one")),
                               [](std::string& bytes) { bytes[2] = '!'; });
        world.events.clear();
    }
    auto destination = pushes ? use::to_registry({publisher, world.clock}) : world.to_directory();
    for (const use::Item& item : world.export_to(*destination).items)
        CHECK(item.done);
    ByteCount done, total;
    for (const Event& event : world.events) {
        if (!event.item.empty()) continue;
        if (event.text == "exporting") total = event.total;
        if (event.type == Event::Type::amount && event.total == total) done = event.done;
        CHECK((event.type != Event::Type::amount || event.done <= event.total));
    }
    CHECK(total > ByteCount());
    if (!pushes) CHECK(done == total);
}

TEST_CASE("models that share layers are pushed with one upload, and what is there is not sent") {
    World world;
    world.install("chat", chat);
    world.install("code", chat);
    FakePublisher publisher;
    auto destination = use::to_registry({publisher, world.clock});
    const use::Report report = world.export_to(*destination);
    CHECK(report.items[0].done);
    CHECK(report.items[1].done);
    CHECK(report.items[1].mounted == chat.blobs.size());
    CHECK(report.items[1].carried.moved == ByteCount());
    CHECK(publisher.manifests.at("registry.corp/library/chat:latest") == chat.manifest);
    CHECK(publisher.manifests.at("registry.corp/library/code:latest") == chat.manifest);
    CHECK_FALSE(report.items[0].step.replaced);
    const std::size_t uploads = publisher.unfinished.size();
    const int puts = publisher.puts;
    auto again = use::to_registry({publisher, world.clock});
    CHECK(world.export_to(*again).items[0].step.up_to_date);
    CHECK(publisher.unfinished.size() == uploads);
    CHECK(publisher.puts == puts);
    // Another content under the same name: what is replaced is said.
    world.install("chat", code);
    auto third = use::to_registry({publisher, world.clock});
    CHECK(world.export_to(*third, {"chat"}).items[0].step.replaced == chat.image().digest);
    CHECK(publisher.manifests.at("registry.corp/library/chat:latest") == code.manifest);
}

TEST_CASE("an upload that was cut off is remembered, and forgotten when it has ended") {
    World world;
    world.install("chat", chat);
    FakePublisher publisher;
    const state::Uploads uploads(world.files / "uploads.jsonl");
    const use::RegistryPorts ports{publisher, world.clock, &uploads};
    publisher.interrupts = true;
    auto first = use::to_registry(ports);
    CHECK(world.export_to(*first, {"chat"}).ending == use::Ending::interrupted);
    for (const Event& event : world.events)
        if (event.type == Event::Type::end) CHECK((event.text == "interrupted" && event.failed));
    publisher.interrupts = false;
    auto second = use::to_registry(ports);
    CHECK(world.export_to(*second, {"chat"}).items[0].done);
    CHECK(std::ranges::count(publisher.unfinished, "-") == static_cast<long>(chat.blobs.size()));
    CHECK(publisher.unfinished.at(1).starts_with("http://registry.corp/upload/"));
    CHECK(read_file(world.files / "uploads.jsonl", ByteCount(10000)).empty());
}

TEST_CASE("two models that a registry cannot tell apart are refused") {
    World world;
    world.project = R"({"schema": 1, "groups": {"default": ["chat", "registry.lan:5000/library/chat"]}})";
    world.install("chat", chat);
    world.install("registry.lan:5000/library/chat", code);
    FakePublisher publisher;
    auto destination = use::to_registry({publisher, world.clock});
    const use::Plan plan = world.plan(*destination);
    REQUIRE(plan.refusal);
    CHECK(plan.refusal->kind() == Kind::usage);
    auto directory = world.to_directory(); // which has names in full
    CHECK_FALSE(world.plan(*directory).refusal);
}

TEST_CASE("paths of this machine go out with no model that was made here") {
    World world;
    FakeRegistry::Model made = chat;
    made.manifest = with_from(chat.manifest, "/home/me/.ollama/models/blobs/sha256-12");
    world.install("chat", made);
    SECTION("installed") {}
    SECTION("locked") {
        world.pin("chat", made);
    }
    auto destination = world.to_directory();
    const use::Report report = world.export_to(*destination, {"chat"});
    REQUIRE(report.items[0].done);
    CHECK(report.items[0].step.original == Digest::of(made.manifest));
    const Digest digest = Digest::of(chat.manifest + "\n");
    CHECK(world.index().models.at(0).digest == digest);
    CHECK(world.directory.content(depot::blob_path(digest)) == chat.manifest + "\n");
    const manifest::Lock lock = world.lock_there();
    CHECK(lock.models.begin()->second.digest == digest);
    CHECK(lock.models.begin()->second.same == std::vector{Digest::of(made.manifest)});
    CHECK(lock.models.begin()->second.source == ModelName::parse("chat"));
    for (const auto& entry : world.directory.list("blobs/sha256", {}).entries)
        CHECK(world.directory.content("blobs/sha256/" + entry.name).find("/home/me") == std::string::npos);
}

TEST_CASE("nor where the lock has it as the server hashes it, without its last line feed") {
    World world;
    FakeRegistry::Model made = chat;
    made.manifest = with_from(chat.manifest, "/home/me/.ollama/models/blobs/sha256-12");
    world.install("chat", made);
    FakeRegistry::Model hashed = made;
    hashed.manifest.pop_back();
    world.pin("chat", hashed);
    auto destination = world.to_directory();
    REQUIRE(world.export_to(*destination, {"chat"}).items[0].done);
    CHECK(world.index().models.at(0).digest == Digest::of(chat.manifest));
    CHECK(world.lock_there().models.begin()->second.same == std::vector{Digest::of(hashed.manifest)});
    for (const auto& entry : world.directory.list("blobs/sha256", {}).entries)
        CHECK(world.directory.content("blobs/sha256/" + entry.name).find("/home/me") == std::string::npos);
}

TEST_CASE("which manifests keep their bytes") {
    const auto is_private = [](const std::string& path) { return path.starts_with("/home/me/"); };
    const auto bare = [&](const std::string& path) {
        return use::without_private_paths(Image::parse(with_from(chat.manifest, path)), is_private);
    };
    CHECK_FALSE(bare("/Users/ollama/.ollama/models/blobs/sha256-1"));
    CHECK_FALSE(bare("optional"));
    CHECK_FALSE(use::without_private_paths(chat.image(), is_private));
    CHECK(bare("/home/me/x")->bytes == chat.manifest + "\n");
    // What a registry has sent is locked as it is, whoever's home it names.
    World world;
    FakeRegistry::Model published = chat;
    published.manifest = with_from(chat.manifest, "/home/me/x");
    published.manifest.pop_back(); // no line feed
    world.install("chat", published);
    world.pin("chat", published);
    auto destination = world.to_directory();
    REQUIRE(world.export_to(*destination, {"chat"}).items[0].done);
    world.check_whole("chat", published);
}
