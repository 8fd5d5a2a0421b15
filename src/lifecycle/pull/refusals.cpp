#include "lifecycle/pull/refusals.hpp"

#include "lifecycle/pull/room.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/refusals.hpp"
#include "codemate/rules/remembered.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/rules/unneeded.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using Do = Step::Do;
using rules::Sum;

constexpr std::size_t most_named = 5; // lines of a refusal

const Step* step_of(const ModelName& name, const Plan& plan) {
    const auto found =
        std::ranges::find_if(plan.steps, [&](const Step& step) { return step.name.same_on_server(name); });
    return found == plan.steps.end() ? nullptr : &*found;
}

// What is installed, layer by layer: by its files, by the lock.
std::optional<Image> image_of(const ollama::Installed& model, const Facts& facts) {
    if (facts.storage.found) {
        for (const store::Entry& entry : facts.storage.found->inventory.models) {
            if (entry.name.same_on_server(model.name)) return entry.image;
        }
    }
    if (!facts.lock || !model.digest) return std::nullopt;
    return rules::remembered_image(*model.digest, *facts.lock, {});
}

// One model of the required set, after the pull.
struct Part {
    ModelName name;
    std::optional<Image> image{};
    Digest digest; // of a whole without an image
    ByteCount size;
};

struct Parts {
    std::vector<Part> known{};
    bool all_known = true;
};

Parts required_parts(const Plan& plan, const Facts& facts) {
    Parts parts;
    const rules::InstalledByName installed(facts.installed);
    for (const ModelName& name : manifest::required_set(facts.manifest)) {
        const Step* step = step_of(name, plan);
        if (step != nullptr && fetches(*step)) {
            if (auto image = image_to_come(*step, facts))
                parts.known.push_back({name, image, image->digest, image->distinct_size()});
            else
                parts.all_known = false;
            continue;
        }
        const bool copied = step != nullptr && step->what == Do::copy_installed;
        const ollama::Installed* there = installed.find(copied ? step->source : name);
        if (there == nullptr || there->cloud()) continue; // it takes nothing
        auto image = image_of(*there, facts);
        const ByteCount size = image ? image->distinct_size() : there->size;
        parts.known.push_back({name, std::move(image), there->digest.value_or(Digest::of(name.display())), size});
    }
    return parts;
}

bool brings_a_required_one(const Plan& plan, const Facts& facts) {
    return std::ranges::any_of(manifest::required_set(facts.manifest), [&](const ModelName& name) {
        const Step* step = step_of(name, plan);
        return step != nullptr && step->need && step->need->to_fetch > ByteCount();
    });
}

std::vector<rules::Unneeded> unneeded(const Plan& plan, const Facts& facts) {
    std::set<ModelName, ServerOrder> spared;
    std::set<Digest> wanted;
    for (const Step& step : plan.steps) {
        spared.insert(step.name);
        spared.insert(step.source);
        if (!step.need) continue;
        for (const rules::MissingLayer& missing : step.need->missing)
            wanted.insert(missing.layer.digest);
    }
    const rules::Keepers keepers(
        {facts.manifest, facts.installed, facts.running ? &*facts.running : nullptr, facts.now, {}, facts.elsewhere});
    const store::Inventory* inventory = facts.storage.found ? &facts.storage.found->inventory : nullptr;
    return rules::unneeded(keepers, {facts.installed, inventory}, spared, wanted);
}

std::string hint_for(const std::vector<rules::Unneeded>& unneeded) {
    const auto model = std::ranges::find(unneeded, rules::Unneeded::What::model, &rules::Unneeded::what);
    if (model == unneeded.end()) return "make room on that file system; `codemate du` shows what the models take";
    return "make room, as with `codemate rm " + printable(model->name->display()) +
           "`; `codemate prune --dry-run` shows all that nothing keeps";
}

} // namespace

std::optional<Budget> budget_of(const Plan& plan, const Facts& facts) {
    if (!facts.manifest.disk_budget) return std::nullopt;
    const Parts parts = required_parts(plan, facts);
    rules::Together together;
    for (const Part& part : parts.known) {
        if (part.image)
            together.add(*part.image);
        else
            together.add_whole(part.digest, part.size);
    }
    return Budget{*facts.manifest.disk_budget, together.sum(), !parts.all_known};
}

std::optional<Error> lack_of_room(const Plan& plan, const Facts& facts) {
    const Room& room = plan.room;
    if (!room.disk || room.to_write <= room.disk->space.free) return std::nullopt;
    Error error = rules::no_room_for(room.to_write, room.unknown > 0 ? Sum::at_least : Sum::exact, room.disk->path,
                                     room.disk->space.free);
    if (!room.disk->doubt.empty())
        error.note("that directory was named, and may not be the server's: " + room.disk->doubt);
    const std::vector<rules::Unneeded> all = unneeded(plan, facts);
    for (std::size_t i = 0; i < std::min(all.size(), most_named); ++i)
        error.note(to_text(all[i]));
    return std::move(error).hint(hint_for(all));
}

std::optional<Error> excess_of_budget(const Plan& plan, const Facts& facts) {
    const std::optional<Budget>& budget = plan.room.budget;
    if (!budget || !budget->is_exceeded() || !brings_a_required_one(plan, facts)) return std::nullopt;
    Error error = rules::more_than_budget(budget->taken, budget->at_least ? Sum::at_least : Sum::exact, budget->limit);
    std::vector<Part> parts = required_parts(plan, facts).known;
    std::ranges::stable_sort(parts, std::ranges::greater{}, &Part::size);
    for (std::size_t i = 0; i < std::min(parts.size(), most_named); ++i)
        error.note(printable(parts[i].name.display()) + ": " + to_string(parts[i].size));
    return error;
}

} // namespace codemate::lifecycle::pull
