#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/lifecycle/use.hpp"

namespace codemate::lifecycle::use {
namespace {

// One that is being written to is not waited for: what it says decides no more than what is told.
std::optional<vector_store::Chroma> store_of(const manifest::Manifest& manifest, const Stop& stop) {
    const std::filesystem::path directory = manifest.chroma_directory();
    if (directory.empty()) return std::nullopt;
    try {
        return vector_store::read_chroma(directory, stop, Duration{0});
    } catch (const Error& error) {
        diagnostics::info("the store is not looked at: " + error.message());
        return std::nullopt;
    }
}

Facts facts_of(const std::optional<std::string>& text, const manifest::Origin& origin, const Stop& stop) {
    if (!text) throw Error(Kind::not_found, "there is no " + origin.display()).hint("`codemate init` writes one");
    manifest::Parsed parsed = manifest::parse(*text, origin);
    if (!parsed.problems.empty()) throw manifest::to_error(origin, parsed.problems);
    Facts facts{.manifest = std::move(parsed.manifest), .text = *text};
    facts.store = store_of(facts.manifest, stop);
    return facts;
}

// What lies beside the manifest decides nothing here, so what cannot be read is no failure.
void look_around(Facts& facts, const Ports& ports) {
    try {
        if (ports.lock != nullptr && ports.lock->exists()) facts.lock = ports.lock->read();
    } catch (const Error& error) {
        facts.lock_failure = error.message();
    }
    try {
        if (ports.benchmarks != nullptr) facts.benchmarks = ports.benchmarks->entries();
    } catch (const Error& error) {
        diagnostics::info("what was measured before is not known: " + error.message());
    }
}

} // namespace

Facts gather(const Options&, const Ports& ports, const Run& run) {
    Facts facts = facts_of(ports.file.read(), ports.file.origin(), run.stop);
    look_around(facts, ports);
    return facts;
}

Report execute(const Options& options, const Ports& ports, const Run& run) {
    std::optional<Plan> done;
    Facts around;
    look_around(around, ports);
    ports.file.update(
        [&](const std::optional<std::string>& text) {
            Facts facts = facts_of(text, ports.file.origin(), run.stop);
            facts.lock = around.lock;
            facts.lock_failure = around.lock_failure;
            facts.benchmarks = around.benchmarks;
            done = plan(facts, options);
            return done->text;
        },
        run.stop);
    return {*std::move(done)};
}

} // namespace codemate::lifecycle::use
