#include "lifecycle/show/stored.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/show.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/upstream/supply.hpp"

#include <utility>

namespace codemate::lifecycle::show {
namespace {

manifest::Wanted only_model(const std::string& target, const manifest::Manifest& manifest) {
    std::vector<manifest::Wanted> wanted = manifest::resolve(manifest, std::span(&target, 1));
    if (wanted.size() == 1) return std::move(wanted.front());
    std::vector<std::string> names;
    for (const manifest::Wanted& each : wanted)
        names.push_back(each.name.display_short());
    Error error(Kind::usage, quoted(target) + " is a group of " + counted(names.size(), "model"));
    if (names.empty()) throw error.hint("name a role or a model");
    throw error.hint("name one of them: " + printable(listed(names, "or")));
}

Error unknown(const std::string& target, const manifest::Manifest& manifest,
              const std::vector<ollama::Installed>& installed) {
    std::vector<std::string> words = manifest::known_words(manifest);
    for (const ollama::Installed& model : installed) {
        if (rules::is_own_name(model.name)) continue;
        words.push_back(model.name.display_short());
        words.push_back(model.name.display());
    }
    const std::optional<std::string> meant = nearest(target, words);
    return Error(Kind::not_found, quoted(target) + " is neither installed nor declared nor locked")
        .hint(meant ? "did you mean " + quoted(*meant) + "?" : "`codemate list` shows what is installed");
}

// A server that has gone is no model's failure.
void look_at_server(Facts& facts, const ollama::Installed& model, ollama::Server& server, const Stop& stop) {
    if (model.cloud() || model.name.misread_by_server()) return; // it would ask the network, or of another model
    try {
        facts.shown = server.show(model.name, stop);
    } catch (const Error& error) {
        if (worth_retrying(error.kind())) throw;
        facts.unreadable = error;
    }
}

// What its layers are, where the directory does not say it.
std::optional<Image> image_elsewhere(const Facts& facts, const ollama::Installed* installed,
                                     const upstream::Ports& ports, const Run& run) {
    if (stored(facts, installed) != nullptr) return std::nullopt;
    const bool as_locked =
        facts.locked && installed != nullptr && installed->digest && facts.locked->is(*installed->digest);
    if (facts.locked && (installed == nullptr || as_locked)) {
        if (std::optional<Image> image = rules::image_of(*facts.locked)) return image;
    }
    const bool can_ask = installed != nullptr && installed->digest && !installed->cloud() && !facts.inquiry->error;
    if (!can_ask) return std::nullopt;
    return upstream::find_image(*installed->digest, std::span(&facts.inquiry->source, 1), ports, run);
}

upstream::Inquiry inquiry_for(const Facts& facts, const ollama::Installed* installed) {
    upstream::Inquiry inquiry{facts.name, facts.locked ? facts.locked->source : facts.manifest.source_of(facts.name)};
    inquiry.locked = facts.locked;
    if (installed != nullptr) inquiry.installed = *installed;
    return inquiry;
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock,
             std::optional<store::Inventory> inventory, const Ports& ports, const Run& run) {
    const manifest::Wanted wanted = only_model(options.target, manifest); // a misspelt one needs no server
    Facts facts{wanted.name, manifest};
    facts.inventory = std::move(inventory);
    facts.now = ports.clock.now();
    if (const manifest::Locked* locked = lock.find(wanted.name)) facts.locked = *locked;
    facts.installed = ports.server.installed(run.stop);
    const ollama::Installed* installed = rules::find(facts.installed, wanted.name);
    if (installed == nullptr && !wanted.declared && !facts.locked)
        throw unknown(options.target, manifest, facts.installed);
    if (installed != nullptr) {
        facts.name = installed->name;
        look_at_server(facts, *installed, ports.server, run.stop);
    }
    facts.running = ollama::running_if_told(ports.server, run.stop);
    facts.elsewhere = ports.elsewhere();
    std::vector<upstream::Inquiry> inquiries{inquiry_for(facts, installed)};
    const upstream::Ports upstream_ports{&ports.server, ports.registry};
    upstream::inquire(inquiries, upstream::Texts::left_out, upstream_ports, run);
    facts.inquiry = std::move(inquiries.front());
    facts.image = image_elsewhere(facts, installed, upstream_ports, run);
    return facts;
}

} // namespace codemate::lifecycle::show
