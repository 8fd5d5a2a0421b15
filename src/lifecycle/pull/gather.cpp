#include "lifecycle/pull/ahead.hpp"
#include "lifecycle/pull/asked.hpp"
#include "lifecycle/pull/places.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/lifecycle/pull.hpp"
#include "codemate/rules/remembered.hpp"
#include "codemate/upstream/one_source.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::pull {
namespace {

using manifest::Locked;
using upstream::State;

const Locked* pin_of(const ModelName& name, const Facts& facts) {
    if (const auto asked = facts.asked.find(name); asked != facts.asked.end()) return &asked->second;
    return facts.lock ? facts.lock->find(name) : nullptr;
}

// Pins whose content nothing installed has: what their tags serve decides. Everything else needs no registry.
std::map<ModelName, Locked, ServerOrder> pins_in_question(const Facts& facts) {
    std::set<Digest> digests;
    for (const ollama::Installed& model : facts.installed) {
        if (model.digest) digests.insert(*model.digest);
    }
    const auto is_installed = [&](const Locked& pin) {
        return digests.contains(pin.digest) ||
               std::ranges::any_of(pin.same, [&](const Digest& digest) { return digests.contains(digest); });
    };
    std::map<ModelName, Locked, ServerOrder> pins;
    for (const manifest::Wanted& wanted : facts.wanted) {
        const Locked* pin = pin_of(wanted.name, facts);
        if (pin != nullptr && !is_installed(*pin)) pins.emplace(wanted.name, *pin);
    }
    return pins;
}

void look_up_tags(Facts& facts, const std::map<ModelName, Locked, ServerOrder>& pins, const Options& options,
                  const Ports& ports, const Run& run) {
    const rules::InstalledByName installed(facts.installed);
    const upstream::Ports ask{&ports.server, *ports.registry, where(options)};
    std::vector<upstream::Inquiry> inquiries;
    for (const auto& [name, pin] : pins) {
        upstream::Inquiry inquiry{name, facts.manifest.source_of(name), pin};
        if (const ollama::Installed* found = installed.find(name)) inquiry.installed = *found;
        inquiries.push_back(std::move(inquiry));
    }
    if (options.from)
        upstream::inquire_at_one_source(inquiries, facts.manifest, upstream::Texts::left_out, ask, run);
    else
        upstream::inquire(inquiries, upstream::Texts::left_out, ask, run);
    for (const upstream::Inquiry& inquiry : inquiries)
        facts.upstream.emplace(inquiry.name, upstream::judge(inquiry));
}

// What the journal has, read once and only where a pin has to be looked up in it.
class Remembered {
public:
    explicit Remembered(const state::Journal* journal) : journal_(journal) {}

    std::optional<Image> image(const Digest& digest) {
        try {
            return rules::remembered_image(digest, {}, entries());
        } catch (const Error& error) {
            diagnostics::info(error.message());
            return std::nullopt;
        }
    }

private:
    const std::vector<state::Pulled>& entries() {
        if (entries_) return *entries_;
        entries_.emplace(); // one that cannot be read is not tried again
        if (journal_ != nullptr) entries_ = journal_->entries();
        return *entries_;
    }

    const state::Journal* journal_;
    std::optional<std::vector<state::Pulled>> entries_;
};

std::optional<Image> image_of(const Locked& pin, std::span<const ModelName> places, const upstream::Ports& ask,
                              Remembered& remembered, const Run& run) {
    if (pin.bytes) return Image::parse(*pin.bytes);
    if (auto image = remembered.image(pin.digest)) return image;
    if (auto image = upstream::find_image(pin.digest, places, ask, run)) return image;
    if (ask.where.empty()) return std::nullopt; // then the server can be told to pull what a tag serves
    for (const Digest& same : pin.same) {
        if (auto image = upstream::find_image(same, places, ask, run)) return image;
    }
    return std::nullopt;
}

// Of which layers have to be found: all that no tag serves; with one place for all, everything that it has an answer
// for.
bool wants_layers(State state, const Options& options) {
    if (state == State::outdated || state == State::no_upstream) return true;
    return options.from ? state == State::current || state == State::same_content : state == State::failed;
}

// Where the layers are of what no tag serves. A host that did not answer for the tag is not asked again.
void look_for_layers(Facts& facts, const std::map<ModelName, Locked, ServerOrder>& pins, const Options& options,
                     const Ports& ports, const Run& run) {
    const upstream::Ports ask{&ports.server, *ports.registry, where(options)};
    Remembered remembered(ports.journal);
    for (const auto& [name, pin] : pins) {
        const upstream::Standing& standing = facts.upstream.at(name);
        if (!wants_layers(standing.state, options)) continue;
        std::vector<ModelName> places = places_of(name, facts.manifest, options);
        if (std::ranges::find(places, pin.source) == places.end()) places.push_back(pin.source);
        if (standing.state == State::failed)
            std::erase_if(places, [&](const ModelName& place) { return place.host() == standing.source.host(); });
        if (places.empty()) continue;
        if (auto image = image_of(pin, places, ask, remembered, run))
            facts.supplies.emplace(name, upstream::find_supply(std::move(*image), places, ask, run));
    }
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock* lock, const Ports& ports,
             const Run& run) {
    // The targets first: a misspelt one needs no server to be refused.
    const rules::Targets targets = rules::parse_targets(options.targets);
    Facts facts{manifest, manifest::resolve(manifest, targets.words), {}, ports.clock.now()};
    facts.installed = ports.server.installed(run.stop);
    if (lock != nullptr) facts.lock = *lock;
    find_asked(facts, targets.with_digest, options, ports, run);
    if (ports.registry == nullptr) return facts;
    const std::map<ModelName, Locked, ServerOrder> pins = pins_in_question(facts);
    look_up_tags(facts, pins, options, ports, run);
    if (ports.relays != nullptr) look_for_layers(facts, pins, options, ports, run);
    look_ahead(facts, options, ports, run);
    return facts;
}

} // namespace codemate::lifecycle::pull
