#pragma once

#include "support/fake_relays.hpp"
#include "support/hand_clock.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/pull.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

inline const ModelName mistral = ModelName::parse("mistral");
inline const ModelName coder = ModelName::parse("coder:7b-q4_0");
inline const FakeRegistry::Model before = image("weights of four bits", "Q4_0");
inline const FakeRegistry::Model after = image("other weights, of four bits and a half", "Q4_K_M");
inline const FakeRegistry::Model code = image("code", "Q4_0");
inline const Digest old_digest = before.image().digest;
inline const Digest new_digest = after.image().digest;

// pull beside a lock: fakes of server, registry and relays, a real lock file and real memory.
struct PullWorld {
    TempDir directory;
    manifest::LockFile file{directory.path() / "codemate.lock"};
    state::Journal journal{directory.path() / "state/journal.jsonl"};
    state::Changes changes{directory.path() / "state/changes"};
    bool remembers = false; // pulls are told of journal and changes
    FakeServer server;
    FakeRegistry registry;
    FakeRelays relays{server};
    std::vector<std::string> addresses{"127.0.0.1"};
    HandClock clock;
    std::stop_source stop;
    manifest::Manifest manifest = manifest_of(R"({
      "schema": 1,
      "roles": {"chat": "mistral"},
      "models": {"coder:7b-q4_0": {"from": "coder:7b-instruct-q4_0"}}
    })");
    std::vector<Event> events;
    std::vector<Duration> waits; // between attempts
    std::function<void(const Event&)> also = [](const Event&) {};

    PullWorld() {
        serve("mistral", before);
        serve("coder:7b-instruct-q4_0", code);
        clock.advance(std::chrono::hours(400'000));
    }

    // The tag, at the registry and for the server's own pulls.
    void serve(const char* name, const FakeRegistry::Model& model) {
        registry.offer(name, model);
        server.offer(name, as_installed(model));
    }
    void pin(const ModelName& name, const FakeRegistry::Model& model, const std::string& source) {
        file.update([&](manifest::Lock& lock) { lock.models.insert_or_assign(name, locked(model, source)); }, {});
    }
    void pin_mistral() { pin(mistral, before, "mistral"); }

    Run run() {
        return {stop.get_token(), [this](const Event& event) {
                    events.push_back(event);
                    if (event.type == Event::Type::amount) clock.advance(std::chrono::milliseconds(60));
                    also(event);
                }};
    }
    lifecycle::pull::Ports ports(ollama::Server& instead) {
        lifecycle::pull::Ports ports{instead, clock, &registry, &file, &relays, [this] { return addresses; }};
        ports.wait = [this](Duration span, const Stop& given) {
            throw_if_stopped(given);
            clock.advance(span);
            waits.push_back(span);
        };
        if (remembers) ports.journal = &journal, ports.changes = &changes;
        return ports;
    }
    lifecycle::pull::Ports ports() { return ports(server); }

    lifecycle::pull::Options options(std::vector<std::string> targets = {}, bool is_locked = false) const {
        lifecycle::pull::Options options{std::move(targets), {}, is_locked};
        options.server = "http://127.0.0.1:11434";
        return options;
    }
    lifecycle::pull::Plan plan(const lifecycle::pull::Options& options) {
        const manifest::Lock lock = file.read();
        return lifecycle::pull::plan(lifecycle::pull::gather(options, manifest, &lock, ports(), run()), options);
    }
    lifecycle::pull::Plan plan(std::vector<std::string> targets = {}, bool is_locked = false) {
        return plan(options(std::move(targets), is_locked));
    }
    lifecycle::pull::Item pull(const lifecycle::pull::Options& options) {
        const auto report = lifecycle::pull::execute(plan(options), options, ports(), run());
        if (report.items.size() != 1) throw std::logic_error("one model was to be pulled");
        return report.items.front();
    }
    lifecycle::pull::Item pull(std::vector<std::string> targets = {}, bool is_locked = false) {
        return pull(options(std::move(targets), is_locked));
    }

    std::optional<Digest> digest_of(const ModelName& name) {
        const auto installed = server.installed({});
        const ollama::Installed* found = rules::find(installed, name);
        return found == nullptr ? std::nullopt : found->digest;
    }
    std::vector<ModelName> names(bool (*wanted)(const ModelName&)) {
        std::vector<ModelName> names;
        for (const ollama::Installed& model : server.installed({})) {
            if (wanted(model.name)) names.push_back(model.name);
        }
        return names;
    }
    std::vector<ModelName> snapshots() {
        return names([](const ModelName& name) { return rules::parse_snapshot_name(name).has_value(); });
    }
    std::vector<ModelName> helpers() { return names(&rules::is_relay_name); }
    std::size_t calls(FakeServer::Call::What what) const {
        const std::vector<FakeServer::Call> all = server.calls();
        return static_cast<std::size_t>(std::ranges::count(all, what, &FakeServer::Call::what));
    }
    bool said(std::string_view text) const {
        return std::ranges::any_of(events,
                                   [&](const Event& event) { return event.text.find(text) != std::string::npos; });
    }
};

} // namespace codemate::test
