#include "lifecycle/prune/ways.hpp"

#include "lifecycle/prune/judgement.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/remembered.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::prune {
namespace {

// With one registry: of many models only the first wait for one that does not answer.
constexpr Duration patience = std::chrono::seconds(15);

std::string no_answer() {
    return "its registry did not answer within " + to_text(patience);
}

// A snapshot's content comes from where its model does.
ModelName true_name(const ModelName& name) {
    const auto snapshot = rules::parse_snapshot_name(name);
    return snapshot ? snapshot->of : name;
}

} // namespace

Ways::Ways(const Facts& facts, const manifest::Lock& lock, std::vector<state::Pulled> pulled, const Ports& ports,
           const Run& run)
    : facts_(facts), lock_(lock), pulled_(std::move(pulled)), ports_(ports), run_(run) {}

// A copy's content comes from where that of its original does.
std::vector<ModelName> Ways::places_of(const ollama::Installed& model) const {
    std::vector<ModelName> places;
    const auto add = [&](const ModelName& place) {
        if (std::ranges::find(places, place) == places.end()) places.push_back(place);
    };
    const auto add_of = [&](const ModelName& name) {
        if (const manifest::Locked* locked = lock_.find(name)) add(locked->source);
        for (const manifest::Manifest& manifest : facts_.manifests) {
            for (const ModelName& place : manifest.places_of(name))
                add(place);
        }
        add(name);
    };
    add_of(true_name(model.name));
    for (const state::Pulled& pulled : pulled_) {
        if (pulled.digest == model.digest) add(pulled.source);
    }
    for (const ollama::Installed& other : facts_.installed) {
        const bool is_copy = model.digest && other.digest == model.digest && !rules::is_relay_name(other.name);
        if (is_copy) add_of(true_name(other.name));
    }
    return places;
}

std::vector<ModelName> Ways::that_answer(std::vector<ModelName> places) {
    const std::lock_guard lock(mutex_);
    std::erase_if(places, [&](const ModelName& place) { return silent_.contains(place.host()); });
    return places;
}

void Ways::fell_silent(const std::vector<ModelName>& places, const std::string& why) {
    const std::lock_guard lock(mutex_);
    for (const ModelName& place : places)
        silent_.emplace(place.host(), why);
}

std::optional<Image> Ways::image_of(const ollama::Installed& model) {
    if (const store::Entry* entry = stored(facts_, model)) return entry->image;
    if (!model.digest) return std::nullopt;
    if (auto image = rules::remembered_image(*model.digest, lock_, pulled_)) return image;
    if (model.cloud()) return std::nullopt;
    const std::vector<ModelName> places = that_answer(places_of(model));
    const Deadline deadline(run_.stop, patience);
    try {
        return upstream::find_image(*model.digest, places, {nullptr, ports_.registry}, {deadline.stop(), {}});
    } catch (const Interrupted&) {
        throw_if_stopped(run_.stop);
        fell_silent(places, no_answer());
        return std::nullopt;
    } catch (const Error& error) {
        fell_silent(places, error.message());
        return std::nullopt;
    }
}

WayBack Ways::way_back(const ollama::Installed& model, std::optional<Image> image) {
    const std::vector<ModelName> places = places_of(model);
    WayBack way{std::move(image), places.front(), {}};
    if (!way.image) {
        way.missing = "what it consists of is not known";
        return way;
    }
    const std::vector<ModelName> asked = that_answer(places);
    if (asked.empty()) {
        const std::lock_guard lock(mutex_);
        way.missing = printable(silent_.at(places.front().host()));
        way.unanswered = true;
        return way;
    }
    const Deadline deadline(run_.stop, patience);
    try {
        complete(way, asked,
                 upstream::find_supply(*way.image, asked, {nullptr, ports_.registry}, {deadline.stop(), {}}));
    } catch (const Interrupted&) {
        throw_if_stopped(run_.stop);
        fell_silent(asked, no_answer());
        way.missing = no_answer();
        way.unanswered = true;
    }
    return way;
}

void Ways::complete(WayBack& way, const std::vector<ModelName>& asked, const upstream::Supply& supply) {
    if (!supply.unanswered.empty() && !supply.complete()) {
        fell_silent(asked, supply.unanswered.front().message());
        way.missing = printable(supply.unanswered.front().message());
        way.unanswered = true;
    } else if (!supply.complete()) {
        const Layer& layer = *std::ranges::max_element(supply.nowhere, {}, &Layer::size);
        way.missing = "no registry has its " + std::string(to_string(layer.role)) + " (" + to_string(layer.size) + ")";
    }
    if (!supply.sources.empty()) way.source = supply.sources.begin()->second.place;
}

} // namespace codemate::lifecycle::prune
