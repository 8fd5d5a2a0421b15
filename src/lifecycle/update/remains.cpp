#include "lifecycle/update/remains.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/ollama/removal.hpp"
#include "codemate/rules/own_names.hpp"

namespace codemate::lifecycle::update {
void remember(const Step& step, const Ports& ports, const std::string& server, Duration took, const Stop& stop) {
    if (ports.journal == nullptr) return;
    try {
        if (step.before && step.locked && step.locked->is(*step.before)) {
            state::Pulled old{ports.clock.now(), server, step.name, *step.before, {}, step.locked->source};
            if (step.locked->digest == *step.before) old.manifest = step.locked->bytes;
            old.removed = true;
            ports.journal->add(old, stop);
        }
        state::Pulled now{ports.clock.now(), server, step.name, *step.after, {}, step.origin};
        if (step.image) now.manifest = step.image->bytes;
        now.fetched = step.to_fetch.value_or(ByteCount());
        now.took = took;
        ports.journal->add(now, stop);
    } catch (const Error& error) {
        diagnostics::info(error.message());
    } catch (const Interrupted&) {
        diagnostics::info("the journal was not written: interrupted");
    }
}

namespace {

constexpr Duration patience = std::chrono::seconds(5);

// A server that is busy with an answer makes one wait: the name goes all the same.
void unload(const ModelName& name, ollama::Server& server, const Stop& stop) {
    const Deadline deadline(stop, patience);
    try {
        server.unload(name, deadline.stop());
    } catch (const Error& error) {
        diagnostics::info(error.message());
    } catch (const Interrupted&) {
        throw_if_stopped(stop);
        diagnostics::info(name.display() + " was not unloaded: the server takes too long");
    }
}

} // namespace

void remove_remains(const ModelName& candidate, ollama::Server& server, const Stop& stop) {
    for (const ollama::Installed& model : server.installed(stop)) {
        if (model.name.same_on_server(candidate)) {
            unload(candidate, server, stop);
        } else if (rules::is_relay_name(model.name) && model.name.tag() == candidate.tag()) {
            ollama::remove_if_there(server, model.name, stop);
        }
    }
    ollama::remove_if_there(server, candidate,
                            stop); // also one that is not listed: the server may be unable to read it
}

} // namespace codemate::lifecycle::update
