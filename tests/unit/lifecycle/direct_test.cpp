#include "unit/lifecycle/direct_world.hpp"

#include <mutex>

using namespace codemate;
using namespace codemate::test::direct;
using test::FakeRegistry;
using test::MemoryDisk;
using Do = Step::Do;
using What = FakeRegistry::Call::What;

TEST_CASE("a model comes into an empty directory, by the server's layout, and is locked") {
    World world;
    const Item item = world.pull_one();
    CHECK_FALSE(item.error);
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.locked_now);
    CHECK(item.fetched == item.step.image->distinct_size());
    world.check_has(mistral, before);
    CHECK(world.left_over().empty());
    CHECK(world.disk.stat(store::blob_path(weights_of(before)))->mode == 0644);
    CHECK(world.disk.stat("manifests/registry.ollama.ai/library")->mode == 0755);
    CHECK(world.disk.stat(store::manifest_path(mistral))->mode == 0644);
    const manifest::Lock lock = world.file.read();
    REQUIRE(lock.find(mistral));
    CHECK(lock.find(mistral)->digest == before.image().digest);
    CHECK(lock.find(mistral)->bytes == before.manifest);
    CHECK(lock.find(mistral)->quantization == "Q4_0");
    REQUIRE(world.journal.entries().size() == 1);
    CHECK(world.journal.entries().front().server == "/models");
}

TEST_CASE("the umask is taken off, and a directory of another owner stays his where codemate is root") {
    World world;
    world.disk.own("", {0755, 998, 997});
    world.options.hidden_modes = 077;
    world.options.as_root = true;
    world.pull();
    for (const std::string& path : {store::blob_path(weights_of(before)), store::manifest_path(mistral)}) {
        const store::Stat stat = *world.disk.stat(path);
        CHECK(stat.mode == 0600);
        CHECK(stat.owner == 998);
        CHECK(stat.group == 997);
    }
    const store::Stat directory = *world.disk.stat("manifests/registry.ollama.ai");
    CHECK(directory.mode == 0700);
    CHECK(directory.owner == 998);
}

TEST_CASE("what is there is checked, and fetched anew where it is damaged") {
    World world;
    world.pull();
    CHECK(world.pull_one().outcome == Outcome::unchanged);
    world.disk.change(store::blob_path(weights_of(before)), [](std::string& text) { text.front() = 'W'; });
    const Item item = world.pull_one();
    CHECK(item.outcome == Outcome::pulled);
    CHECK(item.damaged == std::vector<Digest>{weights_of(before)});
    world.check_has(mistral, before);
    world.disk.change(store::blob_path(weights_of(before)), [](std::string& text) { text += 'x'; });
    CHECK(world.pull_one().outcome == Outcome::pulled);
    world.check_has(mistral, before);
}

TEST_CASE("what was found good is not read again") {
    World world;
    world.pull();
    world.clock.advance(std::chrono::hours(1)); // longer than any tick of the disk's clock
    world.pull();
    const std::size_t reads = world.disk.count(MemoryDisk::Call::read);
    CHECK(world.pull_one().step.to_check.empty());
    CHECK(world.disk.count(MemoryDisk::Call::read) <= reads + 1); // its manifest
}

TEST_CASE("a lock decides what comes, by its bytes and whatever the tag serves") {
    World world;
    world.pin(mistral, before, "mistral");
    world.registry.offer("mistral", after); // moved; the blobs stay
    const Plan asks = world.plan();
    CHECK(asks.wants_consent());
    CHECK(asks.steps.front().standing->state == upstream::State::outdated);
    world.options.locked = true;
    world.registry.forget_calls();
    CHECK_FALSE(world.plan().wants_consent());
    CHECK(world.registry.calls().empty()); // nobody has to be asked
    const Item item = world.pull_one();
    CHECK(item.outcome == Outcome::pulled);
    CHECK_FALSE(item.locked_now);
    world.check_has(mistral, before);
}

TEST_CASE("a lock without bytes finds them by digest, or says that nobody has them") {
    World world;
    world.pin(mistral, before, "mistral");
    world.file.update([](manifest::Lock& lock) { lock.models.begin()->second.bytes.reset(); }, {});
    world.registry.offer("mistral", after);
    world.options.consent = true;
    const Item lost = world.pull_one();
    REQUIRE(lost.error);
    CHECK(lost.error->kind() == Kind::not_found);
    world.registry.serve_by_digest();
    CHECK_FALSE(world.pull_one().error);
    world.check_has(mistral, before);
}

TEST_CASE("--locked refuses a declared model without an entry, and takes an undeclared one") {
    World world;
    world.options.locked = true;
    const Item item = world.pull_one();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::check);
    world.registry.offer("other", code);
    CHECK_FALSE(world.pull_one({"other"}).error);
    CHECK(world.file.read().models.empty());
}

TEST_CASE("a layer that its registry has lost comes from the mirror") {
    World world;
    world.manifest =
        test::manifest_of(R"({"schema": 1, "roles": {"chat": "mistral"}, "mirrors": ["https://mirror.example"]})");
    world.registry.offer("mirror.example/library/mistral", before);
    world.registry.fail_model("mistral", Error(Kind::not_found, "it is gone"));
    world.pin(mistral, before, "mistral");
    world.options.consent = true;
    CHECK_FALSE(world.pull_one().error);
    world.check_has(mistral, before);
}

TEST_CASE("a registry that was not reached is not waited for by the next model, which comes from the mirror") {
    World world;
    world.manifest = test::manifest_of(
        R"({"schema": 1, "roles": {"chat": "mistral", "code": "coder:7b"}, "mirrors": ["https://mirror.example/m"]})");
    world.registry.offer("mirror.example:443:m/library/mistral", before);
    world.registry.offer("mirror.example:443:m/library/coder:7b", code);
    for (const auto* name : {"mistral", "coder:7b"})
        world.registry.fail_model(name, Error(Kind::unreachable, "nothing is listening on registry.ollama.ai"));
    world.pin(mistral, before, "mistral");
    world.pin(ModelName::parse("coder:7b"), code, "coder:7b");
    world.options.consent = true;
    std::size_t waits = 0;
    std::mutex mutex;
    world.options.download.wait = [&](Duration, const Stop&) {
        const std::lock_guard lock(mutex);
        ++waits;
    };
    const Report report = world.pull({"mistral", "coder:7b"});
    for (const Item& item : report.items)
        CHECK_FALSE(item.error);
    CHECK(waits > 0); // by the first one
    const auto asked_for_code = std::ranges::count_if(world.registry.calls(), [](const FakeRegistry::Call& call) {
        return call.what == What::read_blob && call.name == "coder:7b";
    });
    CHECK(asked_for_code == 0);
    const bool says_where = std::ranges::any_of(
        world.events, [](const Event& event) { return event.text.ends_with("; going on at mirror.example/m"); });
    CHECK(says_where);
}

TEST_CASE("where a registry has none of the models, its path is asked after") {
    World world;
    world.options.consent = true;
    world.options.from = rules::OneSource{"https://registry.corp/modles"};
    world.pin(mistral, before, "mistral");
    world.pin(coder, code, "coder:7b-instruct-q4_0");
    for (const auto* name : {"mistral", "coder:7b-q4_0", "coder:7b-instruct-q4_0"})
        world.registry.fail_model(name, Error(Kind::not_found, "registry.corp has no " + std::string(name)));
    const auto is_asked = [](const Item& item) {
        REQUIRE(item.error);
        return item.error->hint().find("is the path right?") != std::string::npos;
    };
    for (const Item& item : world.pull({"mistral", "coder:7b-q4_0"}).items)
        CHECK(is_asked(item));
    world.options.from->where = "usb"; // a directory
    CHECK_FALSE(is_asked(world.pull_one({"mistral"})));
    world.options.from->where = "https://registry.corp/models";
    world.registry.offer("other", after);
    world.pin(ModelName::parse("other"), after, "other");
    CHECK_FALSE(is_asked(world.pull({"mistral", "other"}).items.front()));
}

TEST_CASE("`from` says where it comes from; it stands under the model's own name") {
    World world;
    const Item item = world.pull_one({"coder:7b-q4_0"});
    CHECK_FALSE(item.error);
    world.check_has(coder, code);
    CHECK_FALSE(world.disk.has("manifests/registry.ollama.ai/library/coder/7b-instruct-q4_0"));
    CHECK(world.file.read().find(coder)->source == ModelName::parse("coder:7b-instruct-q4_0"));
}

TEST_CASE("NAME@sha256:… brings that content") {
    World world;
    const std::string target = "mistral@sha256:" + before.image().digest.hex().substr(0, 12);
    const Item item = world.pull_one({target});
    CHECK_FALSE(item.error);
    CHECK(item.step.pin == before.image().digest);
    world.check_has(mistral, before);
    world.pin(mistral, after, "mistral");
    CHECK(world.pull_one({target}).error->kind() == Kind::refused);
    CHECK_THROWS_AS(world.plan({"mistral@sha256:000000000000"}), Error);
}

TEST_CASE("a blob that two models share comes once") {
    World world;
    world.registry.offer("mistral:copy", before);
    const Report report = world.pull({"mistral", "mistral:copy"});
    CHECK(report.items[0].outcome == Outcome::pulled);
    CHECK(report.items[1].outcome == Outcome::pulled);
    CHECK(report.items[1].fetched == ByteCount());
    CHECK(world.plan({"mistral", "mistral:copy"}).to_fetch == ByteCount());
}

TEST_CASE("a model that fails does not stop the others, and leaves no manifest") {
    World world;
    world.registry.garble_blob(weights_of(before));
    const Report report = world.pull({"mistral", "coder:7b-q4_0"});
    REQUIRE(report.items[0].error);
    CHECK(report.items[0].error->kind() == Kind::damaged);
    CHECK(report.items[0].error->message().starts_with("cannot pull 'mistral:latest': "));
    CHECK_FALSE(report.items[1].error);
    CHECK_FALSE(world.disk.has(store::manifest_path(mistral)));
    CHECK_FALSE(world.disk.has(store::blob_path(weights_of(before))));
    world.check_has(coder, code);
}

TEST_CASE("what the manifest does not expect is neither named nor locked") {
    World world;
    world.manifest = test::manifest_of(
        R"({"schema": 1, "roles": {"chat": "mistral"}, "models": {"mistral": {"expect": {"quantization": "Q8_0"}}}})");
    const Item item = world.pull_one();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::check);
    CHECK_FALSE(world.disk.has(store::manifest_path(mistral)));
    CHECK(world.file.read().models.empty());
}

TEST_CASE("another manifest in its place is replaced in one step") {
    World world;
    world.pull();
    world.file.update([](manifest::Lock& lock) { lock.models.clear(); }, {});
    world.registry.offer("mistral", after);
    const Item item = world.pull_one();
    CHECK(item.outcome == Outcome::updated);
    CHECK(item.step.before == before.image().digest);
    world.check_has(mistral, after);
}

TEST_CASE("a name that the directory has in other letters is the same model") {
    World world;
    world.disk.put("manifests/registry.ollama.ai/library/Mistral/latest", after.manifest);
    world.pull();
    CHECK(world.inventory().models.size() == 1);
    CHECK(world.disk.content("manifests/registry.ollama.ai/library/Mistral/latest") == before.manifest);
}

TEST_CASE("no room is said before anything is written; what is begun counts as there") {
    World world;
    const ByteCount size = before.image().distinct_size();
    world.space = machine::DiskSpace{ByteCount(1000), size - ByteCount(1)};
    const Plan plan = world.plan();
    REQUIRE(plan.refusal);
    CHECK(plan.refusal->kind() == Kind::storage);
    world.disk.put(".codemate/sha256-" + weights_of(before).hex(), "weig");
    world.disk.on_disk(".codemate/sha256-" + weights_of(before).hex(), ByteCount(4));
    CHECK_FALSE(world.plan().refusal);
}

TEST_CASE("the manifest's budget holds unless --force says otherwise") {
    World world;
    world.manifest = test::manifest_of(R"({"schema": 1, "roles": {"chat": "mistral"}, "budget": {"disk": "10 B"}})");
    REQUIRE(world.plan().refusal);
    CHECK(world.plan().refusal->kind() == Kind::refused);
    world.options.force = true;
    CHECK_FALSE(world.plan().refusal);
}

TEST_CASE("a full disk ends one model with a clear error and no manifest") {
    World world;
    world.disk.room(ByteCount(20));
    const Item item = world.pull_one();
    REQUIRE(item.error);
    CHECK(item.error->kind() == Kind::storage);
    CHECK_FALSE(world.disk.has(store::manifest_path(mistral)));
    world.disk.room({});
    CHECK_FALSE(world.pull_one().error);
    world.check_has(mistral, before);
}

TEST_CASE("a stop is told of the model that it hit, and the rest is not begun") {
    World world;
    world.options.download.pace = [&](ByteCount, const Stop&) { world.stop.request_stop(); };
    const Report report = world.pull({"mistral", "coder:7b-q4_0"});
    CHECK(report.interrupted);
    CHECK(report.items[0].outcome == Outcome::interrupted);
    CHECK(report.items[1].outcome == Outcome::not_started);
    CHECK_FALSE(world.disk.has(store::manifest_path(mistral)));
    const auto count = [&](Event::Type type) { return std::ranges::count(world.events, type, &Event::type); };
    CHECK(count(Event::Type::begin) == count(Event::Type::end));
    CHECK(world.events.back().text == "interrupted");
    CHECK(world.events.back().failed);
}

TEST_CASE("journals whose file is gone, and what nobody went on with for a month, are cleaned away") {
    World world;
    const std::string name = ".codemate/sha256-" + Digest::of("x").hex();
    world.disk.put(name + ".journal", "x");
    const std::string old = ".codemate/sha256-" + Digest::of("y").hex();
    world.disk.put(old, "y");
    world.disk.set_time(old, world.clock.now() - std::chrono::days(31));
    const std::string young = ".codemate/sha256-" + Digest::of("z").hex();
    world.disk.put(young, "z");
    world.disk.set_time(young, world.clock.now() - std::chrono::days(1));
    world.disk.put(".codemate/lock.lock~", "");
    world.pull();
    CHECK(world.left_over() == std::vector<std::string>{"lock.lock~", "sha256-" + Digest::of("z").hex()});
}

TEST_CASE("a directory that is not there yet can be planned for") {
    World world;
    Ports ports = world.ports();
    ports.disk = nullptr;
    const Plan plan = lifecycle::direct::plan(gather(world.options, world.manifest, nullptr, ports, world.run()), {});
    CHECK(plan.steps.front().what == Do::fetch);
    CHECK(plan.to_fetch == before.image().distinct_size());
}

TEST_CASE("what came twice is counted as come in vain") {
    World world;
    world.registry.disturb_blob(weights_of(before), FakeRegistry::Trouble::cut, 5);
    std::size_t reads = 0;
    world.registry.before_each_call([&](const FakeRegistry::Call& call) {
        if (call.what == What::read_blob && call.blob == weights_of(before) && ++reads == 2)
            world.registry.disturb_blob(weights_of(before), FakeRegistry::Trouble::cut, 1000);
    });
    const Item item = world.pull_one();
    CHECK_FALSE(item.error);
    CHECK(item.in_vain == ByteCount(5));
    CHECK(item.fetched == item.step.image->distinct_size() + ByteCount(5));
}
