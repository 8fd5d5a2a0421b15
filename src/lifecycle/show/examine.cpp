#include "lifecycle/show/stored.hpp"

#include "codemate/lifecycle/show.hpp"
#include "codemate/manifest/usage.hpp"
#include "codemate/rules/loaded.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::show {
namespace {

constexpr std::uint64_t usual_context = 4096; // what a server gives that nobody told another (facts.md 1.5)

const Image* image_of(const Facts& facts, const store::Entry* entry) {
    if (entry != nullptr) return &entry->image;
    return facts.image ? &*facts.image : nullptr;
}

std::vector<ModelName> others(const store::Inventory& inventory, const Digest& digest, const ModelName& name) {
    std::vector<ModelName> names;
    const store::Blob* blob = inventory.find(digest);
    if (blob == nullptr) return names;
    for (const std::uint32_t user : blob->users) {
        if (!inventory.models[user].name.same_on_server(name)) names.push_back(inventory.models[user].name);
    }
    return names;
}

std::vector<LayerRow> layers_of(const Image& image, const store::Entry* entry, const Facts& facts) {
    std::vector<Layer> layers = image.layers;
    layers.push_back(image.config);
    std::vector<LayerRow> rows;
    for (Layer& layer : layers) {
        LayerRow row{std::move(layer)};
        if (entry != nullptr) {
            row.shared_with = others(*facts.inventory, row.layer.digest, entry->name);
            const auto flaw = std::ranges::find(entry->flaws, row.layer.digest, &store::Flaw::blob);
            if (flaw != entry->flaws.end()) row.flaw = flaw->what;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

ByteCount weights_of(const Image* image, const ollama::Installed& installed) {
    if (image == nullptr) return installed.size;
    ByteCount sum;
    for (const Layer& layer : image->layers) {
        if (is_weights(layer.role)) sum += layer.size;
    }
    return sum;
}

std::optional<std::uint64_t> supported_context(const Facts& facts, const ollama::Installed* installed) {
    if (installed != nullptr && installed->context_length > 0) return installed->context_length;
    if (facts.shown && facts.shown->context_length > 0) return facts.shown->context_length;
    return std::nullopt;
}

std::uint64_t context_to_estimate(const Options& options, const rules::Contexts& contexts) {
    if (options.context) return *options.context;
    if (contexts.declared) return *contexts.declared;
    if (contexts.served) return *contexts.served;
    return std::min(usual_context, contexts.supported.value_or(usual_context));
}

rules::Drift drift_of(const Facts& facts, const ollama::Installed* installed, const Image* image) {
    const manifest::Locked* locked = facts.locked ? &*facts.locked : nullptr;
    if (installed == nullptr) return rules::drift(locked, std::nullopt);
    if (!installed->digest) return rules::Drift::unpinned;
    const rules::Drift drift = rules::drift(locked, installed->digest);
    return drift == rules::Drift::moved && image != nullptr ? rules::drift(locked, *image) : drift;
}

void add_declared(Report& report, const Facts& facts) {
    const manifest::Usage usage(facts.manifest);
    report.roles = usage.roles_of(facts.name);
    report.groups = usage.groups_of(facts.name);
    report.is_declared = facts.manifest.declared(facts.name) != nullptr;
    if (rules::is_own_name(facts.name)) return; // no pattern protects it
    std::ranges::copy_if(facts.manifest.protect, std::back_inserter(report.protected_by),
                         [&](const NamePattern& pattern) { return pattern.matches(facts.name); });
}

void add_running(Report& report, const Facts& facts, const ollama::Installed* installed) {
    report.running_is_known = facts.running.has_value();
    if (!facts.running || installed == nullptr) return;
    const ollama::Running* running = rules::loaded_as(installed->name, installed->digest, *facts.running);
    if (running != nullptr) report.running = *running;
}

void add_installed(Report& report, const Facts& facts, const Options& options, const ollama::Installed& installed,
                   const store::Entry* entry) {
    report.installed = installed;
    if (entry != nullptr) {
        const auto place = static_cast<std::size_t>(entry - facts.inventory->models.data());
        report.on_disk = store::footprints(*facts.inventory)[place];
    }
    if (facts.shown) {
        report.memory = rules::memory_for(context_to_estimate(options, report.contexts),
                                          weights_of(image_of(facts, entry), installed), *facts.shown);
    }
    rules::KeepFacts keep{facts.manifest, facts.installed, facts.running ? &*facts.running : nullptr, facts.now};
    keep.elsewhere = facts.elsewhere;
    report.kept_by = rules::Keepers(keep).reasons(installed);
}

} // namespace

const store::Entry* stored(const Facts& facts, const ollama::Installed* installed) {
    if (!facts.inventory || installed == nullptr) return nullptr;
    const auto& models = facts.inventory->models;
    const auto found = std::ranges::find_if(models, [&](const store::Entry& entry) {
        return entry.name.same_on_server(installed->name) &&
               (!installed->digest || entry.has_digest(*installed->digest));
    });
    return found == models.end() ? nullptr : &*found;
}

Report examine(const Facts& facts, const Options& options) {
    const ollama::Installed* installed = rules::find(facts.installed, facts.name);
    const store::Entry* entry = stored(facts, installed);
    const Image* image = image_of(facts, entry);
    Report report{facts.name, upstream::judge(*facts.inquiry)};
    report.now = facts.now;
    report.unreadable = facts.unreadable;
    if (facts.locked) report.locked = facts.locked->digest;
    report.drift = drift_of(facts, installed, image);
    add_declared(report, facts);
    add_running(report, facts, installed);
    const manifest::Declared* declared = facts.manifest.declared(facts.name);
    report.contexts =
        rules::contexts_of(declared == nullptr ? manifest::Declared{} : *declared, supported_context(facts, installed),
                           report.running ? &*report.running : nullptr);
    if (image != nullptr) report.layers = layers_of(*image, entry, facts);
    if (installed != nullptr) add_installed(report, facts, options, *installed, entry);
    return report;
}

} // namespace codemate::lifecycle::show
