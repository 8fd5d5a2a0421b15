#include "lifecycle/use/consequences.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/expectations.hpp"
#include "codemate/rules/pinned.hpp"
#include "codemate/rules/vectors.hpp"
#include "codemate/statistics/summary.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace codemate::lifecycle::use {
namespace {

using What = Consequence::What;
using Consequences = std::vector<Consequence>;

struct Change {
    const Facts& facts;
    const manifest::Manifest& before;
    const manifest::Manifest& after;
    const Plan& plan;

    const manifest::Locked* pin() const { return facts.lock ? facts.lock->find(plan.after) : nullptr; }
};

std::vector<ModelName> members(const manifest::Manifest& manifest, const std::string& group) {
    std::vector<ModelName> names;
    if (!manifest.groups.contains(group)) return names;
    for (const manifest::Wanted& wanted : manifest::resolve(manifest, std::span(&group, 1)))
        names.push_back(wanted.name);
    return names;
}

void add_groups(const Change& change, Consequences& all) {
    std::vector<std::string> changed;
    for (const auto& [group, words] : change.after.groups) {
        if (members(change.before, group) != members(change.after, group)) changed.push_back(printable(group, 100));
    }
    const std::vector<ModelName> required = manifest::required_set(change.after);
    const bool is_required =
        std::ranges::any_of(required, [&](const ModelName& name) { return name.same_on_server(change.plan.after); });
    if (!is_required) {
        all.push_back({What::groups,
                       change.plan.after.display() +
                           " is not required: the group default says what is, and does not have it, so "
                           "that bare `codemate pull`, `verify` and `update` pass it over",
                       true});
    }
    if (changed.empty()) return;
    all.push_back(
        {What::groups, listed(changed) + (changed.size() == 1 ? " contains" : " contain") + " other models now"});
}

std::string size_text(const rules::PinnedSize& size, std::size_t models) {
    if (size.unknown == models) return "an unknown size";
    return (size.unknown == 0 ? "" : "at least ") + to_string(size.sum);
}

void add_budget(const Change& change, Consequences& all) {
    if (!change.facts.lock) return;
    const std::vector<ModelName> before = manifest::required_set(change.before);
    const std::vector<ModelName> after = manifest::required_set(change.after);
    const rules::PinnedSize was = rules::pinned_size(before, *change.facts.lock);
    const rules::PinnedSize is = rules::pinned_size(after, *change.facts.lock);
    if (is.unknown == after.size() && was.unknown == before.size()) return;
    std::string text = "by the lock the required set takes " + size_text(is, after.size()) + ", before " +
                       size_text(was, before.size());
    if (is.unknown > 0) text += "; " + counted(is.unknown, "model") + " of it without a pin";
    const std::optional<ByteCount>& budget = change.after.disk_budget;
    const bool over = budget && is.sum > *budget;
    if (budget) text += std::string("; the budget is ") + to_string(*budget) + (over ? ", which is exceeded" : "");
    all.push_back({What::budget, text, over});
}

void add_lock(const Change& change, Consequences& all) {
    if (!change.facts.lock_failure.empty()) {
        all.push_back({What::lock, "the lock cannot be read: " + change.facts.lock_failure, true});
        return;
    }
    const std::string after = change.plan.after.display();
    const manifest::Locked* pin = change.pin();
    std::string text;
    if (!change.facts.lock)
        text = "there is none; `codemate lock` writes one, and the first `codemate pull` does";
    else if (pin != nullptr)
        text = after + " is pinned already, at " + pin->digest.hex().substr(0, 12);
    else
        text = after + " has no pin: `codemate lock` adds what its tag serves, `codemate pull` what it installs";
    if (change.plan.before && change.facts.lock && change.facts.lock->find(*change.plan.before) != nullptr) {
        const bool stays = change.after.declared(*change.plan.before) != nullptr;
        text += "; the pin of " + change.plan.before->display() +
                (stays ? " stays" : " goes with the next `codemate lock`: nothing declares the model any more");
    }
    all.push_back({What::lock, text});
}

std::string one_digit(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", number);
    return text.data();
}

// Tokens a second: of an answer, or of the prompt where nothing is written.
std::optional<double> rate(const state::Benchmark& entry) {
    std::vector<double> times;
    for (const state::Sample& run : entry.runs)
        times.push_back(entry.embeds() ? run.prefill_time() : run.decode_time());
    std::erase_if(times, [](double time) { return time <= 0; });
    if (times.empty()) return std::nullopt;
    return 1e9 / statistics::median(times);
}

void add_benchmark(const Change& change, Consequences& all) {
    const auto newest = std::find_if(change.facts.benchmarks.rbegin(), change.facts.benchmarks.rend(),
                                     [&](const auto& entry) { return entry.name.same_on_server(change.plan.after); });
    const manifest::Declared* declared = change.after.declared(change.plan.after);
    const manifest::Declared* old = change.plan.before ? change.before.declared(*change.plan.before) : nullptr;
    std::string text = "not measured yet: `codemate benchmark " + printable(change.plan.role, 100) + "`";
    std::optional<double> speed;
    if (newest != change.facts.benchmarks.rend()) {
        text = "last measured on " + to_rfc3339(newest->at).substr(0, 10);
        speed = rate(*newest);
        if (speed) text += ", " + one_digit(*speed) + (newest->embeds() ? " tokens read" : " tokens") + " a second";
        if (const manifest::Locked* pin = change.pin(); pin != nullptr && newest->digest && !pin->is(*newest->digest))
            text += ", of other content than the lock pins";
        speed = newest->embeds() ? std::nullopt : speed;
    }
    bool broken = false;
    if (declared != nullptr && declared->promise.decode_tps) {
        broken = speed && *speed < *declared->promise.decode_tps;
        text += "; codemate.json promises " + one_digit(*declared->promise.decode_tps) + " tokens a second" +
                (broken ? ", which that breaks" : "");
    } else if (old != nullptr && (old->promise.decode_tps || old->promise.ttft_ms)) {
        text += "; codemate.json promises nothing of it, as it did of " + change.plan.before->display();
    }
    all.push_back({What::benchmark, text, broken});
}

void add_expectations(const Change& change, Consequences& all) {
    const manifest::Locked* pin = change.pin();
    const manifest::Declared* declared = change.after.declared(change.plan.after);
    if (pin == nullptr || declared == nullptr) return;
    const rules::Known known{.size = pin->size, .quantization = pin->quantization};
    for (const rules::Breach& breach : rules::breaches(declared->expect, known)) {
        if (breach.certainty != rules::Breach::Certainty::broken) continue;
        all.push_back({What::expectation, change.plan.after.display() + " " + breach.text, true});
    }
}

void add_policy(const Change& change, Consequences& all) {
    const manifest::Locked* pin = change.pin();
    const std::vector<std::string>& preferred = change.after.preferred_quantizations;
    if (pin == nullptr || pin->quantization.empty() || preferred.empty()) return;
    if (std::ranges::any_of(preferred, [&](const auto& each) { return equal_ignoring_case(each, pin->quantization); }))
        return;
    all.push_back({What::policy,
                   change.plan.after.display() + " is " + printable(pin->quantization, 100) +
                       ", and the policy prefers " + printable(listed(preferred, "or"), 200),
                   true});
}

std::optional<std::uint64_t> context_asked(const manifest::Manifest& manifest, const std::optional<ModelName>& name) {
    const manifest::Declared* declared = name ? manifest.declared(*name) : nullptr;
    if (declared == nullptr) return std::nullopt;
    return declared->expect.context ? declared->expect.context : rules::asked_context(*declared);
}

void add_context(const Change& change, Consequences& all) {
    const auto was = context_asked(change.before, change.plan.before);
    const auto is = context_asked(change.after, change.plan.after);
    if (!was || was == is) return;
    const std::string old = change.plan.before->display() + " had " + std::to_string(*was) + " tokens";
    if (is)
        all.push_back({What::context, old + ", " + change.plan.after.display() + " has " + std::to_string(*is)});
    else
        all.push_back({What::context, old + "; codemate.json says nothing of " + change.plan.after.display()});
}

void add_protection(const Change& change, Consequences& all) {
    if (change.after.is_protected(change.plan.after)) return;
    if (!change.plan.before || !change.before.is_protected(*change.plan.before)) return;
    all.push_back({What::protection, "nothing protects " + change.plan.after.display() + ", as something does " +
                                         change.plan.before->display() +
                                         ": once it is not required any more, `codemate prune` may remove it"});
}

void add_embeddings(const Change& change, Consequences& all) {
    if (!makes_vectors(change.facts, change.after)) return;
    if (is_store_of_new(change.facts, change.after)) {
        all.push_back({What::embeddings, "the store says that it was built with " + change.plan.after.display() +
                                             ": it need not be built anew; `codemate embeddings` looks closer"});
        return;
    }
    std::string text = "vectors of different models do not agree: what was stored before is worth nothing to " +
                       change.plan.after.display();
    if (change.after.vector_store) text += ", and the store has to be built anew";
    all.push_back({What::embeddings, text, true});
}

bool is_named(const std::string& recorded, const ModelName& model) {
    try {
        return ModelName::parse(recorded).same_on_server(model);
    } catch (const Error&) { // no name at all, so not this one
        return false;
    }
}

} // namespace

bool is_store_of_new(const Facts& facts, const manifest::Manifest& after) {
    const auto model = after.embedding_model();
    if (!model || !facts.store || !after.vector_store) return false;
    const manifest::Locked* pin = facts.lock ? facts.lock->find(*model) : nullptr;
    const auto remembered = pin == nullptr ? std::nullopt : rules::remembered_dimension(pin->vectors);
    const std::string& wanted = after.vector_store->collection;
    bool any = false;
    for (const vector_store::Collection& each : facts.store->collections) {
        if (!wanted.empty() && each.name != wanted) continue;
        const bool agrees = each.model.empty() ? remembered && each.dimension == *remembered
                                               : is_named(each.model, *model) &&
                                                     (!remembered || !each.dimension || each.dimension == *remembered);
        if (!agrees) return false;
        any = true;
    }
    return any;
}

bool makes_vectors(const Facts& facts, const manifest::Manifest& after) {
    const auto before = facts.manifest.embedding_model();
    const auto now = after.embedding_model();
    return before && now && !before->same_on_server(*now);
}

std::vector<Consequence> consequences(const Facts& facts, const manifest::Manifest& after, const Plan& plan) {
    const Change change{facts, facts.manifest, after, plan};
    Consequences all;
    add_groups(change, all);
    add_budget(change, all);
    add_lock(change, all);
    add_benchmark(change, all);
    add_expectations(change, all);
    add_policy(change, all);
    add_context(change, all);
    add_protection(change, all);
    add_embeddings(change, all);
    return all;
}

std::string_view to_string(What what) {
    switch (what) {
    case What::groups:
        return "groups";
    case What::budget:
        return "budget";
    case What::lock:
        return "lock";
    case What::benchmark:
        return "benchmark";
    case What::expectation:
        return "expectation";
    case What::policy:
        return "policy";
    case What::context:
        return "context";
    case What::protection:
        return "protection";
    case What::embeddings:
        break;
    }
    return "embeddings";
}

} // namespace codemate::lifecycle::use
