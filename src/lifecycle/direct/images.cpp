#include "lifecycle/direct/images.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/remembered.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/upstream/one_source.hpp"
#include "codemate/upstream/search.hpp"
#include "codemate/upstream/supply.hpp"

#include <algorithm>

namespace codemate::lifecycle::direct {
namespace {

using manifest::Locked;
using upstream::State;

// Each once.
std::vector<ModelName> places_of(const ModelName& name, const Locked* pin, const Facts& facts, const Options& options) {
    if (options.from) return rules::names_at_one_source(name, facts.manifest);
    std::vector<ModelName> places = facts.manifest.places_of(name);
    if (pin != nullptr && std::ranges::find(places, pin->source) == places.end()) places.push_back(pin->source);
    return places;
}

std::optional<Image> stored_image(const Locked& pin, const Facts& facts) {
    for (const store::Entry& entry : facts.inventory.models) {
        if (pin.is(entry.image.digest)) return entry.image;
    }
    return std::nullopt;
}

std::optional<Image> remembered(const Digest& digest, const Ports& ports) {
    if (ports.journal == nullptr) return std::nullopt;
    try {
        return rules::remembered_image(digest, {}, ports.journal->entries());
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return std::nullopt;
    }
}

// `unanswered`: of registries that could not tell.
std::optional<Image> image_of_pin(const Locked& pin, const Found& found, const Facts& facts, const Ports& ports,
                                  const Run& run, std::vector<Error>& unanswered) {
    if (pin.bytes) return Image::parse(*pin.bytes);
    if (auto image = stored_image(pin, facts)) return image;
    if (auto image = remembered(pin.digest, ports)) return image;
    upstream::Search search = upstream::search_image(pin.digest, found.places, {nullptr, ports.registry}, run);
    unanswered = std::move(search.unanswered);
    return std::move(search.image);
}

// A lock is a file that anyone may send: what it asks for is compared with what the tag serves.
upstream::Standing standing_of(const ModelName& name, const Found& found, const Locked& pin, const Facts& facts,
                               const Options& options, const Ports& ports, const Run& run) {
    std::vector<upstream::Inquiry> inquiries{{name, found.source, pin}};
    const upstream::Ports ask{nullptr, ports.registry, options.from ? options.from->where : ""};
    if (options.from)
        upstream::inquire_at_one_source(inquiries, facts.manifest, upstream::Texts::left_out, ask, run);
    else
        upstream::inquire(inquiries, upstream::Texts::left_out, ask, run);
    return upstream::judge(inquiries.front());
}

// Who keeps a large file on another disk has made one: neither is it followed, which nothing of codemate does, nor does
// its file come a second time and in its place.
std::optional<Error> link_in_the_way(const Image& image, const Options& options, const Ports& ports) {
    if (ports.disk == nullptr) return std::nullopt;
    for (const Layer& layer : image.blobs()) {
        const std::string path = store::blob_path(layer.digest);
        const auto stat = ports.disk->stat(path);
        if (!stat || stat->type != store::Type::link) continue;
        return Error(Kind::storage, "in place of its " + std::string(to_string(layer.role)) + " " + layer.digest.id() +
                                        " (" + to_string(layer.size) + ") is a link, " +
                                        quoted((options.models / path).string()) + ", and codemate follows none")
            .hint("move the file itself there; or remove the link, and it is fetched");
    }
    return std::nullopt;
}

// The blobs that the directory lacks, at the one place that there is: what it does not have is known before anything
// is done.
std::optional<Error> obstacle_there(const Found& found, const Facts& facts, const Options& options, const Ports& ports,
                                    const Run& run) {
    upstream::Supply supply =
        upstream::find_supply(*found.image, found.places, {nullptr, ports.registry, options.from->where}, run);
    std::erase_if(supply.nowhere, [&](const Layer& layer) { return is_there(layer, facts); });
    return supply.obstacle();
}

bool lacks_any(const Image& image, const Facts& facts) {
    const std::vector<Layer> blobs = image.blobs();
    return std::ranges::any_of(blobs, [&](const Layer& layer) { return !is_there(layer, facts); });
}

// Whoever could not be asked may have it: only where all say that they do not, it is lost.
Error lost(const ModelName& name, const Locked& pin, const Found& found, const Options& options,
           const std::vector<Error>& unanswered) {
    if (options.from) {
        const auto served = found.standing ? found.standing->after : std::nullopt;
        if (auto same = rules::said_to_be_same(name, pin.digest, served, *options.from)) return std::move(*same);
    }
    if (!unanswered.empty() || (found.standing && found.standing->error)) {
        Error failed = unanswered.empty() ? *found.standing->error : unanswered.front();
        return failed.context("it is locked at " + pin.digest.id() + ", whose manifest is to be had nowhere else");
    }
    Error error(Kind::not_found, "it is locked at " + pin.digest.id() + ", whose manifest nobody has" +
                                     (found.standing ? ", and " + what_became_of_the_tag(found, options) : ""));
    if (options.from) {
        return std::move(error).hint(
            "a lock that has the manifest's bytes, or a place that has the model, is what it takes");
    }
    return std::move(error).hint("`codemate lock --upgrade " + name.display_short() +
                                 "` accepts what the tag serves, then pull again");
}

void find_pinned(Found& found, const ModelName& name, const Locked& pin, const Facts& facts, const Options& options,
                 const Ports& ports, const Run& run) {
    const store::Entry* there = entry_of(name, facts);
    if (there != nullptr && pin.is(there->image.digest)) {
        found.image = there->image;
        return;
    }
    const bool is_typed = facts.asked.contains(name);
    if (!options.consent && !options.locked && !is_typed)
        found.standing = standing_of(name, found, pin, facts, options, ports, run);
    std::vector<Error> unanswered;
    found.image = image_of_pin(pin, found, facts, ports, run, unanswered);
    if (!found.image) found.error = lost(name, pin, found, options, unanswered);
}

Image served_by_tag(const Found& found, const ModelName& name, const Ports& ports, const Stop& stop) {
    try {
        return ports.registry.image(found.source, stop);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found || found.source == name) throw;
        diagnostics::info(error.message());
        return ports.registry.image(name, stop);
    }
}

} // namespace

bool is_there(const Layer& layer, const Facts& facts) {
    const store::Blob* blob = facts.inventory.find(layer.digest);
    return blob != nullptr && blob->stat.type == store::Type::file && blob->stat.identity.size == layer.size;
}

std::string what_became_of_the_tag(const Found& found, const Options& options) {
    const upstream::Standing& standing = *found.standing;
    if (!options.from) return standing.reason;
    if (standing.state == State::no_upstream) return options.from->where + " has no " + standing.name.display();
    const std::string now = standing.after ? standing.after->id() : "other content";
    return "its tag serves " + now + " at " + options.from->where + ": " + standing.reason;
}

const Locked* pin_of(const ModelName& name, const Facts& facts) {
    if (const auto asked = facts.asked.find(name); asked != facts.asked.end()) return &asked->second;
    return facts.lock ? facts.lock->find(name) : nullptr;
}

const store::Entry* entry_of(const ModelName& name, const Facts& facts) {
    const auto found = std::ranges::find_if(facts.inventory.models,
                                            [&](const store::Entry& entry) { return entry.name.same_on_server(name); });
    return found == facts.inventory.models.end() ? nullptr : &*found;
}

Found find_content(const manifest::Wanted& wanted, const Facts& facts, const Options& options, const Ports& ports,
                   const Run& run) {
    const Locked* pin = pin_of(wanted.name, facts);
    Found found{{}, {}, {}, facts.manifest.source_of(wanted.name), places_of(wanted.name, pin, facts, options)};
    const bool is_refused = pin == nullptr && (options.from || (options.locked && wanted.declared && facts.lock));
    if (is_refused) return found;
    try {
        if (pin != nullptr)
            find_pinned(found, wanted.name, *pin, facts, options, ports, run);
        else
            found.image = served_by_tag(found, wanted.name, ports, run.stop);
        if (found.image) found.obstacle = link_in_the_way(*found.image, options, ports);
        if (found.image && !found.obstacle && options.from && lacks_any(*found.image, facts))
            found.obstacle = obstacle_there(found, facts, options, ports, run);
    } catch (const Error& error) {
        found.error = error;
    }
    return found;
}

} // namespace codemate::lifecycle::direct
