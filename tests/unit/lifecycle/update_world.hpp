#pragma once

#include "unit/lifecycle/pull_world.hpp"

#include "codemate/lifecycle/recover.hpp"
#include "codemate/lifecycle/update.hpp"
#include "codemate/lifecycle/verify.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace codemate::test {

// update and rollback beside a lock: mistral is installed and pinned at `before`, and its tag serves `after`.
struct UpdateWorld : PullWorld {
    std::vector<lifecycle::update::Check> more; // what further checks say, each time
    lifecycle::update::Options options{.server = "http://127.0.0.1:11434"};

    UpdateWorld() {
        remembers = true;
        serve("mistral", before);
        registry.offer("mistral", after); // the old blobs stay
        server.offer("mistral", as_installed(after));
        install("mistral", before);
        pin_mistral();
    }

    void install(const std::string& name, const FakeRegistry::Model& model) {
        FakeServer::Model installed = as_installed(model);
        installed.modified = clock.now();
        server.install(name, std::move(installed));
    }

    void embeds() {
        manifest.roles.emplace("embedding", mistral);
        manifest.role_order.emplace_back("embedding");
    }

    lifecycle::update::Ports update_ports(ollama::Server& through) {
        lifecycle::update::Ports ports{through, registry, clock, &file};
        if (remembers) ports.journal = &journal, ports.changes = &changes;
        ports.bring = [this, &through](const upstream::Delivery& delivery, const Run& run) {
            upstream::Supply supply = upstream::find_supply(delivery.image, delivery.places, {&through, registry}, run);
            if (const auto obstacle = supply.obstacle()) throw *obstacle;
            auto with = PullWorld::ports(through);
            with.journal = nullptr;
            const auto report = lifecycle::pull::execute(lifecycle::pull::plan_of(delivery, std::move(supply)),
                                                         PullWorld::options({}, true), with, run);
            if (report.ending == lifecycle::pull::Ending::interrupted) throw Interrupted();
            if (report.items.front().error) throw *report.items.front().error;
        };
        ports.pull_by_server = [&through](const ModelName& name, const ModelName&, const std::function<void()>& exposes,
                                          const Run& run) {
            exposes();
            through.pull(
                name, ollama::Transport::https, [](const auto&) { return ollama::Flow::go_on; }, run.stop);
        };
        ports.checks.push_back([this](const auto&, const Run&) { return more; });
        return ports;
    }

    // As the command does it: first what was left behind.
    void recover(ollama::Server& through) {
        auto held = changes.left_behind();
        lifecycle::recover::Facts left;
        for (const auto& each : held) {
            const manifest::Lock lock = file.read();
            const manifest::Locked* entry = lock.find(each.change().name);
            if (each.change().replacing && entry != nullptr) {
                left.pinned[left.changes.size()] = entry->same;
                left.pinned[left.changes.size()].push_back(entry->digest);
            }
            left.changes.push_back(each.change());
        }
        left.installed = through.installed({});
        left.now = clock.now();
        const auto report = lifecycle::recover::execute(lifecycle::recover::plan(left), {through, clock}, {});
        if (!report.complete()) return;
        for (auto& each : held)
            each.done();
    }

    lifecycle::update::Plan update_plan(ollama::Server& through) {
        const manifest::Lock lock = file.read();
        const auto with = update_ports(through);
        return lifecycle::update::plan(lifecycle::update::gather(options, manifest, &lock, with, run()), options);
    }
    lifecycle::update::Report update(ollama::Server& through) {
        recover(through);
        return lifecycle::update::execute(update_plan(through), options, update_ports(through), run());
    }
    lifecycle::update::Item update() {
        const auto report = update(server);
        if (report.items.size() != 1) throw std::logic_error("one model was to be updated");
        return report.items.front();
    }

    lifecycle::update::Plan back_plan(const std::string& target) {
        options.targets = {target};
        const manifest::Lock lock = file.read();
        const auto with = update_ports(server);
        return lifecycle::update::plan_back(lifecycle::update::gather_back(options, manifest, &lock, with, run()),
                                            options);
    }
    lifecycle::update::Item back(const std::string& target = "mistral") {
        recover(server);
        return lifecycle::update::execute(back_plan(target), options, update_ports(server), run()).items.front();
    }

    std::vector<ModelName> candidates() { return names(&rules::is_candidate_name); }
    Digest locked_digest() { return file.read().models.at(mistral).digest; }
    std::string problems; // that verified() found
    bool verified() {
        const lifecycle::verify::Ports with{server, [&]() -> registry::Registry& { return registry; }};
        const auto report = lifecycle::verify::examine(lifecycle::verify::gather({}, manifest, file.read(), with, {}));
        problems.clear();
        for (const auto& row : report.rows)
            for (const auto& finding : row.findings)
                problems += row.name.display() + ": " + finding.text + "\n";
        return report.passed();
    }
};

} // namespace codemate::test
