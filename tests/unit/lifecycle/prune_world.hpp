#pragma once

#include "support/fake_registry.hpp"
#include "support/hand_clock.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/disks.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/prune.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codemate::test {

// A server that keeps its files on a disk in memory: what it removes and copies is removed and copied there, by
// Ollama's rules (facts.md 3.6, 3.7).
class ServerOnDisk final : public ollama::Server {
public:
    ServerOnDisk(FakeServer& inner, MemoryDisk& disk) : inner_(inner), disk_(disk) {}

    std::function<void()> before_remove, after_copy; // once: what others do meanwhile
    bool ignore_removals = false;                    // they are answered, and nothing happens

    std::string version(Stop stop) override { return inner_.version(stop); }
    std::vector<ollama::Installed> installed(Stop stop) override { return inner_.installed(stop); }
    std::vector<ollama::Running> running(Stop stop) override { return inner_.running(stop); }
    ollama::Shown show(const ModelName& name, Stop stop) override { return inner_.show(name, stop); }
    bool has_blob(const Digest& digest, Stop stop) override { return inner_.has_blob(digest, stop); }
    ollama::PullEnd pull(const ModelName& name, ollama::Transport transport,
                         const std::function<ollama::Flow(const ollama::PullEvent&)>& on, Stop stop) override {
        return inner_.pull(name, transport, on, stop);
    }
    ollama::Generated generate(const ollama::Prompt& prompt,
                               const std::function<ollama::Flow(const ollama::Chunk&)>& on, Stop stop) override {
        return inner_.generate(prompt, on, stop);
    }
    ollama::Embedded embed(const ollama::Passage& passage, Stop stop) override { return inner_.embed(passage, stop); }
    void load(const ModelName& name, const ollama::LoadOptions& options, Stop stop) override {
        inner_.load(name, options, stop);
    }
    void unload(const ModelName& name, Stop stop) override { inner_.unload(name, stop); }
    void copy(const ModelName& from, const ModelName& to, Stop stop) override {
        inner_.copy(from, to, stop);
        disk_.put(store::manifest_path(to), disk_.content(store::manifest_path(from)));
        if (auto act = std::exchange(after_copy, nullptr)) act();
    }
    void remove(const ModelName& name, Stop stop) override {
        if (auto act = std::exchange(before_remove, nullptr)) act();
        if (ignore_removals) return;
        inner_.remove(name, stop);
        const Image image = Image::parse(disk_.content(store::manifest_path(name)));
        disk_.remove(store::manifest_path(name));
        const store::Inventory left = store::take_inventory(store::scan(disk_, {}));
        for (const Layer& layer : image.blobs()) {
            const store::Blob* blob = left.find(layer.digest);
            if (blob != nullptr && blob->users.empty()) disk_.remove(store::blob_path(layer.digest));
        }
    }

private:
    FakeServer& inner_;
    MemoryDisk& disk_;
};

// A project, a server with its disk in reach or not, and registries.
struct PruneWorld {
    FakeServer server;
    std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
    ServerOnDisk on_disk{server, *disk};
    FakeRegistry registry;
    HandClock clock{disk->now() + std::chrono::hours(24)};
    TempDir state;
    state::Journal journal{state / "journal.jsonl"};
    state::Changes changes{state / "changes"};
    std::vector<manifest::Manifest> manifests{manifest_of(R"({"schema": 1, "roles": {"primary": "chat"}})")};
    std::vector<state::RequiredSet> elsewhere;
    manifest::Lock lock;
    bool in_reach = true;
    lifecycle::prune::Options options;
    std::stop_source stop;
    std::optional<ByteCount> space;

    // Installed, and to be had again.
    void install(std::string_view name, const std::vector<std::string>& layers, Duration ago = std::chrono::hours(1)) {
        install_own(name, layers, ago);
        std::vector<FakeRegistry::Part> parts;
        for (const std::string& layer : layers)
            parts.push_back({"model", layer});
        FakeRegistry::Model offered{disk->content(path_of_model(name)), {}};
        offered.blobs.emplace(Digest::of("{}"), "{}");
        for (const std::string& layer : layers)
            offered.blobs.emplace(Digest::of(layer), layer);
        registry.offer(name, std::move(offered));
    }
    // Nobody else has it.
    void install_own(std::string_view name, const std::vector<std::string>& layers,
                     Duration ago = std::chrono::hours(1)) {
        test::install(*disk, name, "{}", layers);
        disk->set_time(path_of_model(name), clock.now() - ago);
        FakeServer::Model model = model_on(*disk, name);
        model.modified = clock.now() - ago;
        server.install(name, std::move(model));
    }

    store::Inventory inventory() { return store::take_inventory(store::scan(*disk, {})); }
    std::optional<lifecycle::prune::Store> store() {
        if (!in_reach) return std::nullopt;
        return lifecycle::prune::Store{inventory(), disk};
    }

    lifecycle::prune::Ports ports() {
        lifecycle::prune::Ports ports{on_disk, registry, clock, [this] { return manifests; },
                                      [this] { return elsewhere; }};
        ports.look_again = [this] { return store(); };
        ports.free_space = [this] { return space; };
        ports.journal = &journal;
        ports.changes = &changes;
        return ports;
    }
    Run run() { return {stop.get_token(), {}}; }
    lifecycle::prune::Facts facts() {
        return lifecycle::prune::gather(options, manifests, lock, store(), "the server may be remote", ports(), run());
    }
    lifecycle::prune::Plan plan() { return lifecycle::prune::plan(facts(), options); }
    lifecycle::prune::Report execute(const lifecycle::prune::Plan& plan) {
        return lifecycle::prune::execute(plan, options, ports(), run());
    }

    std::vector<std::string> names() {
        std::vector<std::string> names;
        for (const ollama::Installed& model : server.installed({}))
            names.push_back(model.name.display_short());
        return names;
    }
};

// "remove phi: nothing keeps it; pulled …", what stands behind the last semicolon left out.
inline std::vector<std::string> in_words(const lifecycle::prune::Plan& plan) {
    std::vector<std::string> words;
    for (const lifecycle::prune::Step& step : plan.steps) {
        const std::string reason = step.reason.substr(0, step.reason.rfind("; pulled "));
        words.push_back(std::string(to_string(step.what)) + " " + step.model.name.display_short() + ": " + reason);
    }
    return words;
}

} // namespace codemate::test
