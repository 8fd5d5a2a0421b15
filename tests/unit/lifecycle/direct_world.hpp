#pragma once

#include "support/catch.hpp"
#include "support/hand_clock.hpp"
#include "support/memory_disk.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/direct.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codemate::test::direct {

using namespace lifecycle::direct;

inline const ModelName mistral = ModelName::parse("mistral");
inline const ModelName coder = ModelName::parse("coder:7b-q4_0");
inline const FakeRegistry::Model before = image("weights of four bits", "Q4_0");
inline const FakeRegistry::Model after = image("other weights, of four bits and a half", "Q4_K_M");
inline const FakeRegistry::Model code = image("code", "Q4_0");

// Fakes of registry and disk, a real lock file and real memory.
struct World {
    TempDir directory;
    manifest::LockFile file{directory.path() / "codemate.lock"};
    state::Journal journal{directory.path() / "state/journal.jsonl"};
    state::VerifiedBlobs verified{directory.path() / "state/verified.jsonl"};
    FakeRegistry registry;
    MemoryDisk disk;
    HandClock clock;
    std::stop_source stop;
    std::vector<Event> events;
    std::optional<machine::DiskSpace> space;
    Options options;
    manifest::Manifest manifest = manifest_of(R"({
      "schema": 1,
      "roles": {"chat": "mistral"},
      "models": {"coder:7b-q4_0": {"from": "coder:7b-instruct-q4_0"}}
    })");

    World() {
        registry.offer("mistral", before);
        registry.offer("coder:7b-instruct-q4_0", code);
        clock.advance(std::chrono::hours(400'000));
        options.models = "/models";
        options.download.wait = [](Duration, const Stop&) {};
        make_directories(disk, options);
    }
    Ports ports(bool remembers = true) {
        Ports ports{&disk, registry, clock, &file};
        if (remembers) ports.journal = &journal, ports.verified = &verified;
        ports.space = [this] { return space; };
        return ports;
    }
    Run run() {
        return {stop.get_token(), [this](const Event& event) { events.push_back(event); }};
    }
    Plan plan(std::vector<std::string> targets = {}) {
        options.targets = std::move(targets);
        const manifest::Lock lock = file.read();
        return lifecycle::direct::plan(gather(options, manifest, &lock, ports(), run()), options);
    }
    Report pull(std::vector<std::string> targets = {}) {
        const Plan planned = plan(std::move(targets));
        return execute(planned, options, ports(), run());
    }
    Item pull_one(std::vector<std::string> targets = {}) {
        const Report report = pull(std::move(targets));
        REQUIRE(report.items.size() == 1);
        return report.items.front();
    }
    void pin(const ModelName& name, const FakeRegistry::Model& model, const std::string& source) {
        file.update([&](manifest::Lock& lock) { lock.models.insert_or_assign(name, locked(model, source)); }, {});
    }
    store::Inventory inventory() { return store::take_inventory(store::scan(disk, {})); }
    void check_has(const ModelName& name, const FakeRegistry::Model& model) {
        CHECK(disk.content(store::manifest_path(name)) == model.manifest);
        for (const auto& [digest, content] : model.blobs)
            CHECK(disk.content(store::blob_path(digest)) == content);
        for (const store::Entry& entry : inventory().models)
            CHECK(entry.flaws.empty());
    }
    std::vector<std::string> left_over() {
        std::vector<std::string> names;
        for (const store::Listed& entry : disk.list(work_directory, {}).entries)
            names.push_back(entry.name);
        return names;
    }
};

inline Digest weights_of(const FakeRegistry::Model& model) {
    return model.image().layers.front().digest;
}

} // namespace codemate::test::direct
