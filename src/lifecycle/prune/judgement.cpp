#include "lifecycle/prune/judgement.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::prune {
namespace {

using rules::KeepReason;
using Why = KeepReason::Why;

bool counts(Why why, const Options& options) {
    if (options.mode == Options::Mode::prune) return why != Why::declared || !options.optional_too;
    // Who names a model means it, be it a stub, a snapshot, or nothing but declared.
    if (why == Why::declared || why == Why::snapshot || why == Why::cloud) return false;
    return !options.force || !yields_to_force(why);
}

std::string too_young(const Age& age, const Options& options, Time now) {
    if (!options.older_than) return {};
    if (!age.is_known()) return "when it was pulled is not known, and --older-than spares it";
    if (now - age.since >= *options.older_than) return {};
    return "it was " + in_words(age, now) + ", which --older-than spares";
}

} // namespace

Age age_of(const ollama::Installed& model, const store::Entry* entry, const store::Inventory* inventory) {
    Age age{Age::By::pull, model.modified};
    if (entry == nullptr || inventory == nullptr) return age;
    for (const Layer& layer : entry->image.layers) {
        const store::Blob* blob = is_weights(layer.role) ? inventory->find(layer.digest) : nullptr;
        if (blob != nullptr && blob->stat.read > age.since) age = {Age::By::read, blob->stat.read};
    }
    return age;
}

std::string in_words(const Age& age, Time now) {
    if (!age.is_known()) return "pulled nobody knows when";
    return (age.by == Age::By::read ? "last read " : "pulled ") + relative_in_text(now, age.since);
}

std::vector<KeepReason> that_count(const std::vector<KeepReason>& reasons, const Options& options) {
    std::vector<KeepReason> left;
    std::ranges::copy_if(reasons, std::back_inserter(left),
                         [&](const KeepReason& reason) { return counts(reason.why, options); });
    return left;
}

bool yields_to_force(Why why) {
    return why == Why::role || why == Why::required || why == Why::is_protected || why == Why::elsewhere;
}

std::string in_words(const std::vector<KeepReason>& reasons) {
    std::vector<std::string> texts;
    for (const KeepReason& reason : reasons)
        texts.push_back(reason.text);
    return listed(texts);
}

rules::KeepFacts keep_facts(const Facts& facts, const Options& options) {
    static const manifest::Manifest none; // `rm` where there is no manifest
    rules::KeepFacts keep{facts.manifests.empty() ? none : facts.manifests.front(), facts.installed,
                          facts.running ? &*facts.running : nullptr, facts.now};
    for (std::size_t i = 1; i < facts.manifests.size(); ++i)
        keep.more_manifests.push_back(&facts.manifests[i]);
    keep.elsewhere = facts.elsewhere;
    keep.keep = options.keep;
    return keep;
}

const store::Entry* stored(const Facts& facts, const ollama::Installed& model) {
    if (!facts.store) return nullptr;
    const std::string path = store::manifest_path(model.name);
    const auto& models = facts.store->inventory.models; // by path
    const auto found = std::ranges::lower_bound(models, path, {}, &store::Entry::path);
    if (found == models.end() || found->path != path) return nullptr;
    return !model.digest || found->has_digest(*model.digest) ? &*found : nullptr;
}

std::vector<Judgement> judge(const Facts& facts, const Options& options, const Choice& choice) {
    const rules::Keepers keepers(keep_facts(facts, options));
    std::vector<Judgement> judgements;
    for (const Choice::Chosen& chosen : choice.models) {
        const ollama::Installed& model = facts.installed[chosen.model];
        Judgement judgement{chosen.model, chosen.named, keepers.reasons(model)};
        judgement.age = age_of(model, stored(facts, model), facts.store ? &facts.store->inventory : nullptr);
        const std::vector<KeepReason> counting = that_count(judgement.kept_by, options);
        judgement.stays = in_words(counting);
        judgement.forcible =
            std::ranges::all_of(counting, [](const KeepReason& reason) { return yields_to_force(reason.why); });
        // What is left behind goes whatever else is wanted: nobody is to come back to it.
        if (judgement.stays.empty() && !rules::is_relay_name(model.name))
            judgement.stays = too_young(judgement.age, options, facts.now);
        judgements.push_back(std::move(judgement));
    }
    return judgements;
}

} // namespace codemate::lifecycle::prune
