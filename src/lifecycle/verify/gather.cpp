#include "lifecycle/verify/content.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/lifecycle/verify.hpp"
#include "codemate/registry/image_parts.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::verify {
namespace {

constexpr std::size_t workers = 8;

bool has_expectations(const manifest::Expect& expect) {
    return expect.size || expect.quantization || expect.context || expect.license || expect.gpu;
}

// Collects each model once, as the server compares names, and as required if any reason says so.
class Subjects {
public:
    Subjects(const manifest::Manifest& manifest, const manifest::Lock& lock,
             const std::vector<ollama::Installed>& installed)
        : manifest_(manifest), lock_(lock), installed_(installed) {}

    bool is_installed(const ModelName& name) const { return installed_.find(name) != nullptr; }

    void add(const ModelName& name, bool required) {
        if (!known_.insert(name).second) return;
        Subject subject{name};
        subject.is_required = required;
        if (const manifest::Declared* declared = manifest_.declared(name)) subject.declared = *declared;
        if (const manifest::Locked* locked = lock_.find(name)) subject.locked = *locked;
        if (const ollama::Installed* found = installed_.find(name)) subject.installed = *found;
        all_.push_back(std::move(subject));
    }
    std::vector<Subject> take() { return std::move(all_); }

private:
    const manifest::Manifest& manifest_;
    const manifest::Lock& lock_;
    rules::InstalledByName installed_;
    std::set<ModelName, ServerOrder> known_;
    std::vector<Subject> all_;
};

std::vector<Subject> subjects_of(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock,
                                 const std::vector<ollama::Installed>& installed) {
    Subjects subjects(manifest, lock, installed);
    if (!options.targets.empty()) {
        for (const manifest::Wanted& wanted : rules::resolve(manifest, options.targets, installed))
            subjects.add(wanted.name, true);
        return subjects.take();
    }
    for (const ModelName& name : manifest::required_set(manifest))
        subjects.add(name, true);
    for (const auto& [name, locked] : lock.models)
        subjects.add(name, false);
    for (const auto& [name, declared] : manifest.models) {
        if (has_expectations(declared.expect) && subjects.is_installed(name)) subjects.add(name, false);
    }
    return subjects.take();
}

std::optional<std::uint64_t> context_at_registry(const Subject& subject, registry::Registry& registry, Stop stop) {
    const std::optional<Image> image = rules::image_of(*subject.locked);
    return image ? registry::supported_context(registry, subject.locked->source, *image, std::move(stop))
                 : std::nullopt;
}

bool asks_for_context(const Subject& subject) {
    const json::Value* option = subject.declared.options.find("num_ctx");
    return subject.declared.expect.context || option != nullptr;
}

// A link that leads nowhere keeps the server from listing anything; its own words tell a path at best.
std::vector<ollama::Installed> listed(const Ports& ports, const Stop& stop) {
    try {
        return ports.server.installed(stop);
    } catch (Error& error) {
        if (error.kind() != Kind::storage || !ports.store) throw;
        std::vector<ollama::Installed> none;
        std::vector<std::string> links;
        try {
            links = ports.store(none).dangling;
        } catch (const Error& of_disk) {
            diagnostics::info(of_disk.message());
        }
        for (std::string& link : links)
            error.note(std::move(link));
        if (!links.empty()) error.hint("remove the link: as long as it is there the server lists no model");
        throw;
    }
}

// A server that has gone is no model's failure; one that says "EOF" of a damaged file sounds like it.
void show(Subject& subject, ollama::Server& server, const Stop& stop) {
    try {
        subject.shown = server.show(subject.name, stop);
        if (subject.shown->context_length > 0) subject.supported_context = subject.shown->context_length;
    } catch (const Error& error) {
        if (error.kind() == Kind::unreachable)
            server.version(stop);
        else if (worth_retrying(error.kind()))
            throw;
        subject.unreadable = error;
    }
}

// What can be told without the files: a server shows no model whose layers it cannot read, and says which it has. One
// that it does not list may be there all the same.
void look_without_files(Subject& subject, ollama::Server& server, const Stop& stop) {
    if (subject.installed && subject.installed->cloud()) return;
    if (!subject.shown && !subject.unreadable) show(subject, server, stop);
    const bool is_gone = subject.unreadable && subject.unreadable->kind() == Kind::not_found;
    if (!subject.installed) {
        if (is_gone) subject.unreadable.reset();
        return;
    }
    if (!subject.locked || subject.installed->digest != subject.locked->digest) return;
    const std::optional<Image> image = rules::image_of(*subject.locked);
    for (const Layer& layer : image ? image->blobs() : std::vector<Layer>()) {
        if (!server.has_blob(layer.digest, stop)) subject.lacking.push_back(layer);
    }
}

void look_closer(Subject& subject, const Ports& ports, const Stop& stop) {
    if (subject.installed) {
        if (subject.installed->cloud()) return;
        const std::uint64_t listed = subject.installed->context_length;
        if (listed > 0) subject.supported_context = listed;
        if (listed == 0 || subject.declared.expect.license) show(subject, ports.server, stop);
        return;
    }
    if (!subject.locked || !asks_for_context(subject)) return;
    try {
        subject.supported_context = context_at_registry(subject, ports.registry(), stop);
    } catch (const Error& error) { // then it is not known
        diagnostics::info(subject.name.display() + ": " + error.message());
    }
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock, const Ports& ports,
             const Run& run) {
    // A misspelt target needs no server to be refused.
    if (std::ranges::find(options.targets, "all") == options.targets.end())
        manifest::resolve(manifest, options.targets);
    Facts facts;
    facts.server_version = ports.server.version(run.stop);
    facts.required_version = manifest.ollama;
    facts.has_lock = !lock.models.empty();
    facts.targeted = !options.targets.empty() && std::ranges::find(options.targets, "all") == options.targets.end();
    facts.deep = options.deep;
    facts.installed = listed(ports, run.stop);
    if (ports.store) facts.reach = ports.store(facts.installed);
    facts.subjects = subjects_of(options, manifest, lock, facts.installed);
    facts.running = ollama::running_if_told(ports.server, run.stop);
    const bool without_files = facts.reach && !facts.reach->store;
    for_each_parallel(facts.subjects.size(), workers, [&](std::size_t i) {
        look_closer(facts.subjects[i], ports, run.stop);
        if (without_files) look_without_files(facts.subjects[i], ports.server, run.stop);
    });
    if (options.deep && facts.reach && facts.reach->store)
        facts.content = read_content(facts, *facts.reach->store, options, ports, run);
    return facts;
}

} // namespace codemate::lifecycle::verify
