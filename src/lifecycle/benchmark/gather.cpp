#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/benchmark.hpp"
#include "codemate/rules/targets.hpp"

namespace codemate::lifecycle::benchmark {
namespace {

std::vector<state::Benchmark> remembered(const Options& options, const state::Benchmarks* memory) {
    std::vector<state::Benchmark> entries;
    if (memory == nullptr) return entries;
    try {
        entries = memory->entries();
    } catch (const Error& error) {
        diagnostics::warning("what was measured before is not known: " + error.message());
    }
    std::erase_if(entries, [&](const state::Benchmark& entry) { return entry.server != options.server; });
    return entries;
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const Ports& ports, const Run& run) {
    Facts facts{.manifest = manifest};
    facts.server_version = ports.server.version(run.stop);
    facts.installed = ports.server.installed(run.stop);
    facts.wanted = rules::resolve(manifest, options.targets, facts.installed);
    facts.running = ollama::running_if_told(ports.server, run.stop);
    for (const manifest::Wanted& wanted : facts.wanted) {
        const ollama::Installed* installed = rules::find(facts.installed, wanted.name);
        if (installed == nullptr || installed->cloud() || wanted.name.misread_by_server()) continue;
        try {
            facts.shown.emplace(wanted.name, ports.server.show(installed->name, run.stop));
        } catch (const Error& error) {
            if (worth_retrying(error.kind())) throw;
            diagnostics::info("the server does not show " + quoted(wanted.name.display()) + ": " + error.message());
        }
    }
    facts.before = remembered(options, ports.memory);
    facts.now = ports.clock.now();
    return facts;
}

} // namespace codemate::lifecycle::benchmark
