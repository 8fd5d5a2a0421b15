#include "codemate/base/text.hpp"
#include "codemate/lifecycle/lock.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/rules/expectations.hpp"

#include <algorithm>

namespace codemate::lifecycle::lock {
namespace {

using manifest::Locked;
using Do = Step::Do;

bool is_known(const Found& found) {
    return found.image || (found.installed && found.installed->digest);
}

Locked entry_from(const Found& found) {
    Locked entry{Digest(), found.source, {}, {}, {}, {}, {}};
    if (found.image) {
        entry.digest = found.image->digest;
        entry.size = found.image->size();
        if (found.configuration) entry.quantization = found.configuration->quantization;
        entry.bytes = found.image->bytes;
    } else {
        entry.digest = *found.installed->digest;
        entry.size = found.installed->size;
        entry.quantization = known_quantization(found.installed->quantization);
        if (found.stored) {
            entry.size = found.stored->size();
            entry.bytes = found.stored->bytes;
        }
    }
    return entry;
}

std::string origin_of(const Found& found) {
    if (found.image) return "as the registry serves it";
    return found.failure->kind() == Kind::not_found ? "as it is installed; no registry has it"
                                                    : "as it is installed; the registry could not be asked";
}

// The user's own requirements, as far as they can be told without the model itself.
std::optional<Error> broken_expectation(const manifest::Manifest& manifest, const ModelName& name, const Locked& entry,
                                        const Found& found) {
    rules::Known known{entry.size, entry.quantization, found.supported_context, {}};
    if (found.image) known.licenses = found.image->licenses();
    return rules::unfit_to_pin(manifest.declared(name)->expect, known);
}

Step failed(Step step, Error error) {
    step.what = Do::fail;
    step.entry = step.before;
    step.reason = error.message();
    const std::string what = step.before ? "cannot move the pin of " : "cannot lock ";
    step.error = std::move(error.context(what + quoted(step.name.display())));
    return step;
}

Error no_bytes(const Found& found) {
    return Error(Kind::protocol,
                 std::string(found.image ? "its registry" : "the server") + " says that it has no bytes");
}

Step add(const ModelName& name, const Found& found, const manifest::Manifest& manifest) {
    Step step{Do::add, name};
    if (!is_known(found)) return failed(std::move(step), *found.failure);
    const Locked entry = entry_from(found);
    if (entry.size == ByteCount()) return failed(std::move(step), no_bytes(found));
    if (auto broken = broken_expectation(manifest, name, entry, found))
        return failed(std::move(step), std::move(*broken));
    step.entry = entry;
    step.reason = origin_of(found);
    return step;
}

Step keep(const ModelName& name, const Locked& before) {
    Step step{Do::keep, name};
    step.before = step.entry = before;
    step.reason = "pinned";
    return step;
}

// The pin's manifest, where the entry had only its digest.
Step complete(const ModelName& name, const Locked& before, const Found& found) {
    Step step = keep(name, before);
    if (before.bytes) return step;
    const bool is_served = found.image && found.image->digest == before.digest;
    const std::optional<Image>& image = is_served ? found.image : found.stored;
    if (!image || image->digest != before.digest) return step;
    step.what = Do::complete;
    step.entry->bytes = image->bytes;
    step.entry->size = image->size();
    if (is_served && found.configuration) step.entry->quantization = found.configuration->quantization;
    step.reason = "its manifest is recorded now";
    return step;
}

// The same layers under another digest: remembered, no move.
Step remember(const ModelName& name, const Locked& before, const Digest& other) {
    Step step = keep(name, before);
    if (before.is(other)) return step;
    step.what = Do::complete;
    step.entry->same.push_back(other);
    step.reason = "the same content under another digest, " + other.id() + ", which is remembered";
    return step;
}

Step move(const ModelName& name, const Locked& before, const Found& found, const manifest::Manifest& manifest) {
    Step step{Do::move, name};
    step.before = before;
    Locked entry = entry_from(found);
    if (entry.size == ByteCount()) return failed(std::move(step), no_bytes(found));
    if (auto broken = broken_expectation(manifest, name, entry, found))
        return failed(std::move(step), std::move(*broken));
    entry.vectors = before.vectors; // those that the project's store was built with, whatever the model gives now
    step.entry = std::move(entry);
    if (found.standing && found.standing->diff) step.standing = found.standing;
    step.reason = step.standing ? step.standing->reason : origin_of(found);
    return step;
}

Step upgraded(const ModelName& name, const Locked& before, const Found& found, const manifest::Manifest& manifest) {
    if (found.failure) return failed(keep(name, before), *found.failure); // what is installed does not move a pin
    if (!found.image) return keep(name, before);                          // the tag still serves the pin
    if (rules::drift(&before, *found.image) == rules::Drift::same_content)
        return remember(name, before, found.image->digest);
    if (before.is(entry_from(found).digest)) return complete(name, before, found);
    return move(name, before, found, manifest);
}

Step step_for(const ModelName& name, const Facts& facts) {
    const Locked* entry = facts.lock.find(name);
    const auto found = facts.found.find(name);
    if (entry == nullptr) return add(name, found->second, facts.manifest);
    if (found == facts.found.end()) return keep(name, *entry);
    const bool may_move = facts.movable.contains(name);
    return may_move ? upgraded(name, *entry, found->second, facts.manifest) : complete(name, *entry, found->second);
}

Step drop(const ModelName& name, const Locked& entry) {
    Step step{Do::drop, name};
    step.before = entry;
    step.reason = "no longer declared";
    return step;
}

// What is remembered of vectors is a fact about the project's store: where the model goes that it was built with, it
// goes over to the one that has the role now, and `codemate embeddings` compares.
void keep_vectors(std::vector<Step>& steps, const manifest::Manifest& manifest) {
    const auto model = manifest.embedding_model();
    if (!model) return;
    const auto now = std::ranges::find_if(steps, [&](const Step& step) {
        return step.name.same_on_server(*model) && step.what != Do::fail && step.what != Do::drop && step.entry &&
               step.entry->vectors.empty();
    });
    const auto gone = std::ranges::find_if(
        steps, [](const Step& step) { return step.what == Do::drop && !step.before->vectors.empty(); });
    if (now == steps.end() || gone == steps.end()) return;
    now->entry->vectors = gone->before->vectors;
    if (now->what != Do::keep) return;
    now->what = Do::complete;
    now->reason = "the vectors of the store, as " + gone->name.display() + " made them, are remembered here now";
}

} // namespace

Plan plan(const Facts& facts) {
    Plan plan;
    for (const auto& [name, declared] : facts.manifest.models)
        plan.steps.push_back(step_for(name, facts));
    for (const auto& [name, entry] : facts.lock.models) {
        if (facts.manifest.declared(name) == nullptr) plan.steps.push_back(drop(name, entry));
    }
    keep_vectors(plan.steps, facts.manifest);
    std::ranges::stable_sort(plan.steps, {}, &Step::name);
    return plan;
}

bool Plan::changes() const {
    return std::ranges::any_of(steps, [](const Step& step) { return step.what != Do::keep && step.what != Do::fail; });
}

std::string_view to_string(Do what) {
    switch (what) {
    case Do::keep:
        return "kept";
    case Do::add:
        return "added";
    case Do::complete:
        return "completed";
    case Do::move:
        return "moved";
    case Do::drop:
        return "dropped";
    case Do::fail:
        break;
    }
    return "failed";
}

} // namespace codemate::lifecycle::lock
