#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/lifecycle/embeddings.hpp"
#include "codemate/ollama/vectors.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::embeddings {
namespace {

// How the model is loaded already, so that asking it does not load it again; else as the project asks for it.
ollama::LoadOptions load_options(const Facts& facts, const ollama::Running* running) {
    if (running != nullptr && running->context_length > 0) return {.num_ctx = running->context_length};
    const manifest::Declared* declared = facts.manifest.declared(*facts.model);
    return {.num_ctx = declared == nullptr ? std::nullopt : rules::asked_context(*declared)};
}

const ollama::Running* find_running(const std::vector<ollama::Running>& running, const ollama::Installed& model) {
    const auto found = std::ranges::find_if(running, [&](const ollama::Running& each) {
        return each.name.same_on_server(model.name) || (each.digest && each.digest == model.digest);
    });
    return found == running.end() ? nullptr : &*found;
}

void unload(ollama::Server& server, const ModelName& name, const Run& run) {
    try {
        server.unload(name, run.stop);
    } catch (const Error& error) { // it goes by itself after a while
        diagnostics::info("cannot unload " + name.display() + ": " + error.message());
    }
}

void look_at(Facts& facts, ollama::Server& server, const Run& run) {
    try {
        const ollama::Shown shown = server.show(facts.installed->name, run.stop);
        facts.capabilities = shown.capabilities;
        facts.stated_dimension = shown.embedding_length;
    } catch (const Error& error) {
        if (worth_retrying(error.kind())) throw;
        diagnostics::info("the server does not show " + facts.installed->name.display() + ": " + error.message());
    }
}

void tell(const Run& run, Event::Type type, const std::string& item, const std::string& text, bool failed = false) {
    if (run.events) run.events({type, item, text, {}, {}, failed});
}

void measure(Facts& facts, ollama::Server& server, const Run& run) {
    const std::string item = facts.installed->name.display();
    const std::optional<std::vector<ollama::Running>> told = ollama::running_if_told(server, run.stop);
    const ollama::Running* running = told ? find_running(*told, *facts.installed) : nullptr;
    tell(run, Event::Type::begin, item, "embedding the fixed sentences");
    try {
        facts.measured = ollama::vectors_of(server, facts.installed->name, rules::sentences(),
                                            load_options(facts, running), run.stop);
        tell(run, Event::Type::end, item, "embedded the fixed sentences");
        if (told && running == nullptr) unload(server, facts.installed->name, run);
    } catch (const Error& error) {
        facts.embed_failure = error;
        tell(run, Event::Type::end, item, "gave no vectors", true);
    } catch (const Interrupted&) {
        tell(run, Event::Type::end, item, "interrupted", true);
        throw;
    }
}

void ask_without_limit(Facts& facts, ollama::Server& server, const Run& run) {
    try {
        const std::vector<ollama::Installed> installed = server.installed(run.stop);
        const ollama::Installed* found = rules::find(installed, *facts.model);
        if (found == nullptr) return;
        facts.installed = *found;
        if (found->cloud()) return; // its content is elsewhere, and so would be the question
        look_at(facts, server, run);
        measure(facts, server, run);
    } catch (const Error& error) {
        facts.server_failure = error;
    }
}

// A server that takes a question and never answers holds the command up no longer than that.
void ask_server(Facts& facts, const Ports& ports, const Run& run) {
    const Deadline deadline(run.stop, ports.patience);
    try {
        ask_without_limit(facts, ports.server, {deadline.stop(), run.events});
    } catch (const Interrupted&) {
        if (run.stop.stop_requested()) throw;
        if (!facts.measured.empty()) return; // all was said
        const Error late = Error(Kind::unreachable, "the server has not answered within " + to_text(ports.patience))
                               .hint("give it more time with --timeout; a large model takes long to load");
        (facts.installed ? facts.embed_failure : facts.server_failure) = late;
    }
}

// Docker's name of a volume, or what compose makes of it: the project's name before it.
bool is_volume(const std::filesystem::path& directory, const std::string& name) {
    const std::string found = directory.parent_path().filename().string(); // …/<volume>/_data
    return found == name || found.ends_with("_" + name);
}

void read_store(Facts& facts, const std::filesystem::path& directory, const Run& run) {
    facts.store_failure.reset();
    try {
        facts.chroma = vector_store::read_chroma(directory, run.stop);
    } catch (const Error& error) {
        facts.store_failure = error;
    }
}

// In the directory; else in the volume, where exactly one of this machine has that name and a store in it.
void look_for_store(Facts& facts, const Ports& ports, const Run& run) {
    facts.directory = facts.manifest.chroma_directory();
    if (facts.directory.empty()) return;
    read_store(facts, facts.directory, run);
    if (facts.chroma || facts.store_failure->kind() != Kind::not_found || facts.manifest.vector_store->volume.empty())
        return;
    std::vector<std::filesystem::path> found;
    for (const std::filesystem::path& volume : ports.volumes) {
        std::error_code error;
        if (is_volume(volume, facts.manifest.vector_store->volume) &&
            std::filesystem::exists(volume / "chroma.sqlite3", error))
            found.push_back(volume);
    }
    if (found.size() != 1) return;
    facts.directory = found.front();
    facts.in_volume = true;
    read_store(facts, facts.directory, run);
}

} // namespace

Facts gather(const manifest::Manifest& manifest, const manifest::Lock& lock, const Ports& ports, const Run& run) {
    Facts facts{.manifest = manifest, .model = manifest.embedding_model()};
    look_for_store(facts, ports, run);
    if (!facts.model) return facts;
    if (const manifest::Locked* locked = lock.find(*facts.model)) facts.locked = *locked;
    if (!facts.locked || facts.locked->vectors.empty()) {
        for (const auto& [name, locked] : lock.models) {
            if (!locked.vectors.empty()) facts.others.emplace(name, locked.vectors);
        }
    }
    ask_server(facts, ports, run);
    return facts;
}

} // namespace codemate::lifecycle::embeddings
