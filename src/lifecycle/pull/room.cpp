#include "lifecycle/pull/room.hpp"

#include "lifecycle/pull/refusals.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using Do = Step::Do;

std::string why_unknown(const Step& step, const Facts& facts) {
    if (const auto offer = facts.offers.find(step.name); offer != facts.offers.end()) return offer->second.unknown;
    if (const auto known = facts.upstream.find(step.name); known != facts.upstream.end() && known->second.error)
        return known->second.error->message();
    return "no registry was asked";
}

void add_needs(Plan& plan, const Facts& facts) {
    const Coming coming = what_comes(plan, facts);
    rules::Needs needs = rules::what_is_missing(coming.images, facts.present.value_or(rules::Present{}));
    for (std::size_t i = 0; i < coming.steps.size(); ++i) {
        Step& step = plan.steps[coming.steps[i]];
        step.need = std::move(needs.images[i]);
        step.weights = rules::weights_of(coming.images[i]);
        step.image = coming.images[i];
        step.fit = rules::fit(step.weights, facts.memory);
    }
    plan.room.to_fetch = needs.to_fetch;
    plan.room.to_write = needs.to_write;
    plan.room.at_most = !facts.present && needs.to_fetch > ByteCount();
    for (Step& step : plan.steps) {
        if (!fetches(step) || step.need) continue;
        step.size_unknown = why_unknown(step, facts);
        ++plan.room.unknown;
    }
}

void add_disk(Room& room, const Facts& facts) {
    room.memory = facts.memory;
    room.disk_unknown = facts.storage.why_not;
    if (!facts.storage.found) return;
    const Storage& storage = *facts.storage.found;
    if (storage.space)
        room.disk = Room::Disk{storage.path, *storage.space, storage.doubt};
    else
        room.disk_unknown = "its file system does not say what is free";
}

} // namespace

bool fetches(const Step& step) {
    return step.what == Do::fetch || step.what == Do::fetch_locked || step.what == Do::fetch_limited;
}

std::optional<Image> image_to_come(const Step& step, const Facts& facts) {
    if (!fetches(step)) return std::nullopt;
    if (step.supply && step.what == Do::fetch_locked) return step.supply->image;
    if (const auto offer = facts.offers.find(step.name); offer != facts.offers.end()) return offer->second.image;
    // What a tag serves that could not be looked up is taken only if it is the pin's content.
    if (step.pin && step.pin->manifest) return Image::parse(*step.pin->manifest);
    return std::nullopt;
}

Coming what_comes(const Plan& plan, const Facts& facts) {
    Coming coming;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        std::optional<Image> image = image_to_come(plan.steps[i], facts);
        if (!image) continue;
        coming.steps.push_back(i);
        coming.images.push_back(std::move(*image));
    }
    return coming;
}

void add_room(Plan& plan, const Facts& facts, const Options& options) {
    add_needs(plan, facts);
    add_disk(plan.room, facts);
    plan.room.budget = budget_of(plan, facts);
    plan.refusal = lack_of_room(plan, facts);
    if (!plan.refusal && !options.force) plan.refusal = excess_of_budget(plan, facts);
}

} // namespace codemate::lifecycle::pull
