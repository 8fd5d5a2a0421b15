// What is in the server's memory: taken out of it before a cold run, and put back at the end.
#include "lifecycle/benchmark/measuring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/loaded.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr Duration between_looks = std::chrono::milliseconds(50);
constexpr int most_looks = 600; // half a minute: it ends what is running first
constexpr Duration practically_for_ever = std::chrono::hours(24 * 365);

ollama::KeepAlive time_left(const ollama::Running& before, Time now) {
    if (!before.expires || *before.expires - now > practically_for_ever) return {};
    return {std::max(*before.expires - now, Duration(std::chrono::seconds(1)))};
}

// An embedding model cannot be loaded as others are, but by making a vector of nothing.
void load(ollama::Server& server, const ModelName& name, const ollama::LoadOptions& options, const Stop& stop) {
    try {
        server.load(name, options, stop);
    } catch (const Error& error) {
        if (error.kind() != Kind::unsupported) throw;
        server.embed({.model = name, .text = "", .load = options}, stop);
    }
}

bool is_as_before(const ollama::Running& before, const std::vector<ollama::Running>& now) {
    const ollama::Running* entry = rules::loaded_as(before.name, before.digest, now);
    return entry != nullptr && entry->context_length == before.context_length;
}

} // namespace

void unload(const ModelName& name, const std::optional<Digest>& digest, const Ports& ports, const Stop& stop) {
    ports.server.unload(name, stop);
    for (int looks = 0; looks < most_looks; ++looks) {
        const auto running = ollama::running_if_told(ports.server, stop);
        if (running && rules::loaded_as(name, digest, *running) == nullptr) return;
        ports.wait(between_looks, stop);
    }
    throw Error(Kind::failed, "the server does not unload " + quoted(name.display()))
        .hint("another client may be using it without a pause");
}

std::vector<std::string> restore(const Plan& plan, const Ports& ports, Stop stop) {
    std::vector<std::string> notes;
    const auto attempt = [&](const ModelName& name, std::string_view what, const std::function<void()>& act) {
        try {
            act();
        } catch (const Error& error) {
            notes.push_back(quoted(name.display()) + " is not " + std::string(what) +
                            ", as it was: " + error.message());
        }
    };
    for (const Step& step : plan.steps) {
        if (step.obstacle || rules::loaded_as(step.name, step.digest, plan.loaded_before) != nullptr) continue;
        attempt(step.name, "unloaded", [&] { ports.server.unload(step.name, stop); });
    }
    const auto now = ollama::running_if_told(ports.server, stop);
    for (const ollama::Running& before : plan.loaded_before) {
        if (now && is_as_before(before, *now)) continue;
        const ollama::KeepAlive keep = time_left(before, ports.clock.now());
        if (keep.span && *before.expires <= ports.clock.now()) continue; // it would have gone by itself
        attempt(before.name, "loaded",
                [&] { load(ports.server, before.name, {.num_ctx = before.context_length, .keep_alive = keep}, stop); });
    }
    return notes;
}

} // namespace codemate::lifecycle::benchmark
