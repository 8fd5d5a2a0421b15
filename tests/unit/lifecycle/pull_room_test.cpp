#include "support/catch.hpp"
#include "unit/lifecycle/disks.hpp"
#include "unit/lifecycle/pull_world.hpp"

#include "codemate/store/scan.hpp"

#include <condition_variable>
#include <mutex>

// What a pull takes and what there is, before its first byte.
using namespace codemate;
using namespace codemate::test;
namespace use = lifecycle::pull;
using Call = FakeServer::Call;
using Asked = FakeRegistry::Call::What;
using Texts = std::vector<std::string>;

namespace {

// Beside the fakes a models directory, whose disk is as large as one likes.
struct World : PullWorld {
    MemoryDisk disk;
    std::optional<machine::DiskSpace> space = machine::DiskSpace{ByteCount(1'000'000), ByteCount(500'000)};
    std::string why_not{}, doubt{};
    std::optional<machine::Memory> memory = machine::Memory{ByteCount(1'000'000), ByteCount(1)};
    std::optional<std::vector<machine::Gpu>> gpus{};
    int looks = 0, looks_for_gpus = 0;
    use::Options::Look look = use::Options::Look::quick;

    use::Ports ports() {
        use::Ports ports = PullWorld::ports();
        ports.storage = [this](const auto&) {
            ++looks;
            if (!why_not.empty()) return use::StorageLook{std::nullopt, why_not};
            return use::StorageLook{use::Storage{"/models", store::take_inventory(store::scan(disk, {})), space, doubt},
                                    ""};
        };
        ports.memory = [this] { return memory; };
        ports.gpus = [this](const Stop&) {
            ++looks_for_gpus;
            return gpus;
        };
        return ports;
    }
    use::Facts facts(use::Options& options, const use::Ports& ports) {
        options.look = look;
        const manifest::Lock lock = file.read();
        return use::gather(options, manifest, &lock, ports, run());
    }
    use::Plan plan(std::vector<std::string> targets = {}, bool is_forced = false) {
        use::Options options = this->options(std::move(targets));
        options.force = is_forced;
        const use::Facts facts = this->facts(options, ports());
        return use::plan(facts, options);
    }
    // On the server and in its directory.
    void install(std::string_view name, const FakeRegistry::Model& model) {
        server.install(name, as_installed(model));
        disk.put(path_of_model(name), model.manifest);
        for (const auto& [digest, content] : model.blobs) {
            if (!disk.has(store::blob_path(digest))) disk.put(store::blob_path(digest), content);
        }
    }
    void budget(std::uint64_t bytes) { manifest.disk_budget = ByteCount(bytes); }
};

ByteCount size_of(const FakeRegistry::Model& model) {
    return model.image().distinct_size();
}

Texts roles(const use::Step& step) {
    Texts roles;
    for (const rules::MissingLayer& missing : step.need->missing)
        roles.emplace_back(to_string(missing.layer.role));
    return roles;
}

} // namespace

TEST_CASE("a model that is not there: all its layers, by one question to its registry") {
    World world;
    const use::Plan plan = world.plan({"mistral"});
    REQUIRE(plan.steps.at(0).need);
    CHECK(roles(plan.steps[0]) == Texts{"configuration", "weights", "template", "licence"});
    CHECK(plan.room.to_fetch == size_of(before));
    CHECK(plan.room.to_write == size_of(before));
    CHECK_FALSE(plan.room.at_most);
    CHECK(plan.room.unknown == 0);
    REQUIRE(plan.room.disk);
    CHECK(plan.room.disk->space.free == ByteCount(500'000));
    CHECK_FALSE(plan.refusal);
    CHECK(world.registry.calls().size() == 1);
    CHECK(world.calls(Call::What::has_blob) == 0); // the directory says it
}

TEST_CASE("what several models of a plan share counts once, what the server has not at all") {
    World world;
    const FakeRegistry::Model second = image("other weights, of four bits and a half", "Q4_K_M", "Apache 2.0", "chat");
    world.serve("second", second);
    world.serve("mistral", after);
    const use::Plan plan = world.plan({"mistral", "second"});
    const ByteCount own(std::string_view("chat").size());
    CHECK(plan.room.to_fetch == size_of(after) + own);
    CHECK(plan.steps.at(1).need->with_others == size_of(second) - own);

    world.install("other-name", second);
    CHECK(world.plan({"mistral"}).room.to_fetch == ByteCount(std::string_view("{{ .Prompt }}!").size()));
    CHECK(world.plan({"mistral", "second"}).steps.at(1).need->missing.empty());
}

TEST_CASE("without the files the server is asked for each blob, unfinished downloads are not known") {
    World world;
    world.why_not = "the server may be remote";
    world.install("other-name", image("weights of four bits", "Q4_0", "another licence"));
    const use::Plan plan = world.plan({"mistral"});
    CHECK(roles(plan.steps.at(0)) == Texts{"licence"});
    CHECK(world.calls(Call::What::has_blob) == 4);
    CHECK_FALSE(plan.room.disk);
    CHECK(plan.room.disk_unknown == "the server may be remote");
    CHECK(plan.steps[0].fit == rules::Fit::unknown);

    world.server.fail(Call::What::has_blob, Error(Kind::unreachable, "gone"), 0, 100);
    const use::Plan unknown = world.plan({"mistral"});
    CHECK(unknown.room.at_most);
    CHECK(unknown.room.to_fetch == size_of(before));
}

TEST_CASE("what is pinned and installed needs no look at anything") {
    World world;
    world.pin_mistral();
    world.install("mistral", before);
    const use::Plan plan = world.plan({"mistral"});
    CHECK(plan.room.to_fetch == ByteCount());
    CHECK(world.looks == 0);
    CHECK(world.registry.calls().empty());
    CHECK(world.calls(Call::What::has_blob) == 0);
}

TEST_CASE("a pull of what is installed and serves the same costs one question, a thorough look finds what is lost") {
    World world;
    world.install("mistral", before);
    world.disk.remove(store::blob_path(Digest::of("weights of four bits")));
    CHECK(world.plan({"mistral"}).room.to_fetch == ByteCount());
    CHECK(world.registry.calls().size() == 1);
    CHECK(world.looks == 0);
    CHECK(world.calls(Call::What::has_blob) == 0);
    world.look = use::Options::Look::thorough;
    CHECK(roles(world.plan({"mistral"}).steps.at(0)) == Texts{"weights"});
}

TEST_CASE("a pin's layers are known without its registry, also where a tag could not be looked up") {
    World world;
    world.pin_mistral();
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no such host"));
    const use::Plan plan = world.plan({"mistral"});
    CHECK(plan.steps.at(0).what == use::Step::Do::fetch);
    CHECK(plan.room.to_fetch == size_of(before));
    CHECK(world.registry.count(Asked::image) == 0); // it is not asked a second time
}

TEST_CASE("what is fetched layer by layer is counted as the rest") {
    World world;
    world.pin_mistral();
    world.serve("mistral", after);
    const use::Plan plan = world.plan({"mistral", "coder:7b-q4_0"});
    REQUIRE(plan.steps.at(0).what == use::Step::Do::fetch_locked);
    CHECK(plan.steps[0].need->to_fetch == size_of(before));
    // The template and the licence come for both.
    CHECK(plan.room.to_fetch < size_of(before) + size_of(code));
    CHECK(plan.room.to_fetch == size_of(before) + plan.steps[1].need->to_fetch - plan.steps[1].need->with_others);
}

TEST_CASE("of an unfinished download only the rest is fetched, and room is wanted for the holes") {
    World world;
    const Digest weights = Digest::of("weights of four bits");
    const std::string path = store::blob_path(weights) + "-partial";
    world.disk.put(path, std::string(20, '\0'));
    world.disk.on_disk(path, ByteCount(12));
    world.disk.put(path + "-0", R"({"N":0,"Offset":0,"Size":20,"Completed":8})");
    world.disk.on_disk(path + "-0", ByteCount(0));
    const use::Plan plan = world.plan({"mistral"});
    CHECK(plan.room.to_fetch == size_of(before) - ByteCount(8));
    CHECK(plan.room.to_write == size_of(before) - ByteCount(12));

    // Room for that and no more is enough.
    world.space->free = plan.room.to_write;
    CHECK_FALSE(world.plan({"mistral"}).refusal);
    world.space->free = plan.room.to_write - ByteCount(1);
    CHECK(world.plan({"mistral"}).refusal);
}

TEST_CASE("a registry that cannot be asked makes the size unknown, and no more") {
    World world;
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no such host: registry.ollama.ai"));
    const use::Plan plan = world.plan({"mistral", "coder:7b-q4_0"});
    CHECK_FALSE(plan.steps.at(0).need);
    CHECK(plan.steps[0].size_unknown == "no such host: registry.ollama.ai");
    CHECK(plan.steps[0].what == use::Step::Do::fetch);
    CHECK(plan.room.unknown == 1);
    CHECK(plan.room.to_fetch == size_of(code));
    CHECK_FALSE(plan.refusal);
}

TEST_CASE("a registry that does not answer is not waited for") {
    // Holds each question until it is stopped.
    class Silent final : public registry::Registry {
    public:
        Image image(const ModelName&, Stop stop) override {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any().wait(lock, stop, [] { return false; });
            throw Interrupted();
        }
        Digest digest(const ModelName&, Stop) override { throw Error(Kind::defect, "not asked"); }
        std::optional<Image> image(const ModelName&, const Digest&, Stop) override { return std::nullopt; }
        std::optional<registry::BlobPlace> find_blob(const ModelName&, const Digest&, Stop) override {
            return std::nullopt;
        }
        std::string blob(const ModelName&, const Digest&, ByteCount, Stop) override { return {}; }
        std::string blob_head(const ModelName&, const Digest&, ByteCount, Stop) override { return {}; }
        void read_blob(const ModelName&, const Digest&, registry::ByteRange,
                       const std::function<http::Flow(std::string_view)>&, Stop) override {}
    };
    World world;
    Silent silent;
    use::Ports ports = world.ports();
    ports.registry = &silent;
    use::Options options = world.options({"mistral"});
    options.look_ahead_for = std::chrono::milliseconds(10);
    const use::Plan plan = use::plan(world.facts(options, ports), options);
    CHECK(plan.steps.at(0).size_unknown == "its registry did not answer within 10ms");

    // A stop of the user's is one.
    world.stop.request_stop();
    CHECK_THROWS_AS(world.facts(options, ports), Interrupted);
}

TEST_CASE("a disk without room: refused with the figures and what nothing needs") {
    World world;
    world.install("unused", code);
    world.disk.put(path_of_blob("of no model"), std::string(5000, 'x'));
    world.space->free = ByteCount(10);
    const use::Plan plan = world.plan({"mistral"}, true); // whatever --force says
    REQUIRE(plan.refusal);
    CHECK(plan.refusal->kind() == Kind::storage);
    const ByteCount wanted = plan.room.to_write;
    CHECK(plan.refusal->message() == "the disk has no room for that: " + to_string(wanted) +
                                         " would be written below '/models', where 10 B are free; " +
                                         to_string(wanted - ByteCount(10)) + " are lacking");
    CHECK(plan.refusal->notes() == Texts{"unused:latest: 16 KB would come free without it, and nothing keeps it",
                                         "1 blob of no model: 8.2 KB, which the server removes when it starts"});
    CHECK(plan.refusal->hint().find("`ollama rm unused:latest`") != std::string::npos);

    world.server.load("unused", 4096); // then it is used
    CHECK(world.plan({"mistral"}).refusal->notes().size() == 1);

    world.doubt = "the server has no models";
    CHECK(world.plan({"mistral"}).refusal->notes().front() ==
          "that directory was named, and may not be the server's: the server has no models");
}

TEST_CASE("the old is there until the new is: an update wants room for all of it") {
    World world;
    world.install("mistral", before);
    world.serve("mistral", after);
    const use::Plan plan = world.plan({"mistral"});
    CHECK(roles(plan.steps.at(0)) == Texts{"configuration", "weights"});
    world.space->free = plan.room.to_write - ByteCount(1);
    CHECK(world.plan({"mistral"}).refusal->kind() == Kind::storage);
}

TEST_CASE("a disk that does not say what is free refuses nothing") {
    World world;
    world.space.reset();
    const use::Plan plan = world.plan({"mistral"});
    CHECK_FALSE(plan.refusal);
    CHECK(plan.room.disk_unknown == "its file system does not say what is free");
}

TEST_CASE("the budget is that of the required set after the pull, shared layers once") {
    World world;
    world.manifest.roles.emplace("second", coder);
    world.manifest.role_order.push_back("second");
    world.serve("free", after);
    world.budget(1000);
    CHECK(world.plan({"mistral"}).room.budget->taken == size_of(before)); // coder is not there
    world.install("coder:7b-q4_0", code);
    rules::Together both;
    both.add(before.image());
    both.add(code.image());
    for (const bool files : {true, false}) {
        world.why_not = files ? "" : "the server may be remote";
        const use::Budget budget = *world.plan({"mistral", "free"}).room.budget; // free is not required
        CHECK(budget.taken == (files ? both.sum() : size_of(before) + size_of(code)));
        CHECK(budget.limit == ByteCount(1000));
        CHECK_FALSE(budget.at_least);
    }
    world.registry.fail_model("mistral", Error(Kind::unreachable, "no such host"));
    CHECK(world.plan({"mistral"}).room.budget->at_least);
    CHECK_FALSE(World().plan({"mistral"}).room.budget);
}

TEST_CASE("over budget: refused with the figures, unless --force says so") {
    World world;
    world.budget(size_of(before).count());
    CHECK_FALSE(world.plan({"mistral"}).refusal);
    world.budget(size_of(before).count() - 1);
    const use::Plan plan = world.plan({"mistral"});
    REQUIRE(plan.refusal);
    CHECK(plan.refusal->kind() == Kind::refused);
    CHECK(plan.refusal->message() == "the required set would take " + to_string(size_of(before)) +
                                         ", 1 B more than the manifest's budget of " +
                                         to_string(size_of(before) - ByteCount(1)));
    CHECK(plan.refusal->notes() == Texts{"mistral:latest: " + to_string(size_of(before))});
    CHECK_FALSE(world.plan({"mistral"}, true).refusal);
    CHECK(world.plan({"mistral"}, true).room.budget->is_exceeded());

    // What is not required does not count, and who has it already may have it again.
    CHECK_FALSE(world.plan({"coder:7b-q4_0"}).refusal);
    world.install("mistral", before);
    CHECK_FALSE(world.plan({"mistral"}).refusal);
    // No room is the harder reason.
    world.serve("mistral", after);
    world.space->free = ByteCount(1);
    CHECK(world.plan({"mistral"}).refusal->kind() == Kind::storage);
}

TEST_CASE("whether weights fit, where the server is on this machine for sure") {
    World world;
    CHECK(world.plan({"mistral"}).steps.at(0).fit == rules::Fit::main);
    CHECK(world.looks_for_gpus == 0); // they would not change anything
    world.memory->total = ByteCount(5);
    world.gpus.emplace();
    const use::Plan large = world.plan({"mistral"});
    CHECK(large.steps.at(0).fit == rules::Fit::too_large);
    CHECK(large.steps[0].weights == ByteCount(std::string_view("weights of four bits").size()));
    CHECK_FALSE(large.refusal);
    CHECK(world.looks_for_gpus == 1);
    world.doubt = "it was named";
    CHECK(world.plan({"mistral"}).steps.at(0).fit == rules::Fit::unknown);
    world.doubt.clear();
    world.memory.reset();
    CHECK(world.plan({"mistral"}).steps.at(0).fit == rules::Fit::unknown);
    world.look = use::Options::Look::thorough;
    world.gpus->push_back({"T4", ByteCount(1'000'000), {}});
    CHECK(world.plan({"mistral"}).steps.at(0).fit == rules::Fit::gpu);
}
