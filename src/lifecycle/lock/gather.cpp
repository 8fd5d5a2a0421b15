#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/lock.hpp"
#include "codemate/registry/image_parts.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::lock {
namespace {

constexpr std::size_t workers = 20;

using Installed = std::vector<ollama::Installed>;

std::set<ModelName, ServerOrder> movable(const Options& options, const manifest::Manifest& manifest) {
    std::set<ModelName, ServerOrder> names;
    if (!options.upgrade) return names;
    if (options.targets.empty()) {
        for (const auto& [name, declared] : manifest.models)
            names.insert(name);
        return names;
    }
    for (const manifest::Wanted& wanted : manifest::resolve(manifest, options.targets)) {
        if (!wanted.declared) {
            Error error(Kind::usage, quoted(wanted.target) + " is not declared in the manifest, so it has no pin");
            const auto near = nearest(wanted.target, manifest::known_words(manifest));
            throw error.hint(near ? "did you mean " + quoted(*near) + "?"
                                  : "declare it under \"models\", or name a declared model, a role or a group");
        }
        names.insert(wanted.name);
    }
    return names;
}

// Asks for one model's image.
class Asking {
public:
    Asking(const ModelName& name, const Facts& facts, const Ports& ports, const Run& run)
        : name_(name), facts_(facts), ports_(ports), run_(run), found_{facts.manifest.source_of(name)} {}

    Found ask() {
        try {
            found_.image = ports_.registry.image(found_.source, run_.stop);
            found_.configuration = registry::configuration(ports_.registry, found_.source, *found_.image, run_.stop);
            find_context();
        } catch (const Error& error) {
            found_.image.reset();
            found_.failure = error;
        }
        return std::move(found_);
    }

    // The same for a pin that may move: nothing is fetched where it need not.
    Found ask_again(const manifest::Locked& entry, upstream::Inquiry& inquiry) {
        found_.standing = upstream::judge(inquiry);
        found_.failure = inquiry.error;
        if (found_.failure) return std::move(found_);
        const bool same_bytes = entry.digest == *inquiry.upstream;
        if (same_bytes && entry.bytes) return std::move(found_);
        if (!inquiry.image) return ask_keeping_standing();
        found_.image = std::move(inquiry.image);
        found_.configuration = std::move(inquiry.after);
        try {
            find_context();
        } catch (const Error& error) { // then it is not known
            diagnostics::info(name_.display() + ": " + error.message());
        }
        return std::move(found_);
    }

private:
    Found ask_keeping_standing() {
        std::optional<upstream::Standing> standing = std::move(found_.standing);
        Found found = ask();
        found.standing = std::move(standing);
        return found;
    }

    void find_context() {
        const manifest::Declared* declared = facts_.manifest.declared(name_);
        if (declared == nullptr || !declared->expect.context) return;
        found_.supported_context =
            registry::supported_context(ports_.registry, found_.source, *found_.image, run_.stop);
    }

    const ModelName& name_;
    const Facts& facts_;
    const Ports& ports_;
    const Run& run_;
    Found found_;
};

void look_at_movable(Facts& facts, const Installed& installed, const Ports& ports, bool server_answers,
                     const Run& run) {
    const rules::InstalledByName by_name(installed);
    std::vector<upstream::Inquiry> inquiries;
    for (const ModelName& name : facts.movable) {
        const manifest::Locked* entry = facts.lock.find(name);
        if (entry == nullptr) continue;
        upstream::Inquiry inquiry{name, facts.manifest.source_of(name), *entry};
        if (const ollama::Installed* there = by_name.find(name)) inquiry.installed = *there;
        inquiries.push_back(std::move(inquiry));
    }
    upstream::inquire(inquiries, upstream::Texts::left_out, {server_answers ? &ports.server : nullptr, ports.registry},
                      run);
    std::vector<std::optional<Found>> answers(inquiries.size());
    for_each_parallel(inquiries.size(), workers, [&](std::size_t i) {
        upstream::Inquiry& inquiry = inquiries[i];
        answers[i] = Asking(inquiry.name, facts, ports, run).ask_again(*inquiry.locked, inquiry);
    });
    for (std::size_t i = 0; i < inquiries.size(); ++i)
        facts.found.emplace(inquiries[i].name, std::move(*answers[i]));
}

// Entries that are there and complete need no question.
void look_at_the_others(Facts& facts, const Ports& ports, const Run& run) {
    std::vector<ModelName> names;
    for (const auto& [name, declared] : facts.manifest.models) {
        const manifest::Locked* entry = facts.lock.find(name);
        if (entry == nullptr || (!entry->bytes && !facts.movable.contains(name))) names.push_back(name);
    }
    std::vector<std::optional<Found>> answers(names.size());
    for_each_parallel(names.size(), workers,
                      [&](std::size_t i) { answers[i] = Asking(names[i], facts, ports, run).ask(); });
    for (std::size_t i = 0; i < names.size(); ++i)
        facts.found.emplace(names[i], std::move(*answers[i]));
}

// Nothing there, or nobody to ask: then what is installed may stand for it. What a registry refuses to tell does not.
bool may_come_from_the_server(const Found& found) {
    if (!found.failure) return false;
    const Kind kind = found.failure->kind();
    return kind == Kind::not_found || kind == Kind::unreachable || kind == Kind::busy;
}

class InstalledModels {
public:
    InstalledModels(const Ports& ports, const Run& run) : ports_(ports), run_(run) {}

    const Installed& list() {
        if (asked_) return models_;
        asked_ = true;
        try {
            models_ = ports_.server.installed(run_.stop);
            answers_ = true;
        } catch (const Error& error) { // what the registry said stands alone then
            diagnostics::info(error.message());
        }
        return models_;
    }
    bool server_answers() {
        list();
        return answers_;
    }

private:
    const Ports& ports_;
    const Run& run_;
    Installed models_;
    bool asked_ = false, answers_ = false;
};

// Under the model's name, or under the one that it comes from.
void look_at_the_server(Found& found, const ModelName& name, const Installed& installed) {
    const ollama::Installed* there = rules::find(installed, name);
    if (there == nullptr) there = rules::find(installed, found.source);
    if (there == nullptr || there->cloud()) return;
    found.installed = *there;
    if (there->context_length > 0) found.supported_context = there->context_length;
}

// Without it nobody could tell the pin's layers, as elsewhere under another digest.
void look_at_the_store(Found& found, const manifest::Locked* entry, const Ports& ports) {
    if (!ports.stored) return;
    if (entry == nullptr) {
        if (found.installed && found.installed->digest) found.stored = ports.stored(*found.installed->digest);
    } else if (!entry->bytes && (!found.image || found.image->digest != entry->digest)) {
        found.stored = ports.stored(entry->digest);
    }
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock, const Ports& ports,
             const Run& run) {
    Facts facts{manifest, lock, {}, movable(options, manifest)};
    InstalledModels installed(ports, run);
    if (!facts.movable.empty()) look_at_movable(facts, installed.list(), ports, installed.server_answers(), run);
    look_at_the_others(facts, ports, run);
    for (auto& [name, found] : facts.found) {
        const manifest::Locked* entry = facts.lock.find(name);
        if (entry == nullptr && may_come_from_the_server(found)) look_at_the_server(found, name, installed.list());
        look_at_the_store(found, entry, ports);
    }
    return facts;
}

} // namespace codemate::lifecycle::lock
