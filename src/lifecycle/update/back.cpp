#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/update.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/remembered.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <functional>
#include <ranges>

namespace codemate::lifecycle::update {
namespace {

using manifest::Locked;

// One model by its name, role or declared word, and perhaps a digest.
struct Target {
    ModelName name;
    std::string word;
    std::optional<rules::DigestTarget> digest;
};

Target target_of(const Options& options, const manifest::Manifest& manifest) {
    if (options.targets.size() != 1)
        throw Error(Kind::usage, "rollback needs one model").hint("as in `codemate rollback mistral`");
    const std::string& word = options.targets.front();
    auto digest = rules::parse_digest_target(word);
    const std::vector<std::string> words{digest ? digest->target : word};
    const std::vector<manifest::Wanted> meant = manifest::resolve(manifest, words);
    if (meant.size() != 1) {
        throw Error(Kind::usage, quoted(words.front()) + " means " + counted(meant.size(), "model") +
                                     ", and one is rolled back at a time")
            .hint("name the model");
    }
    return {meant.front().name, word, std::move(digest)};
}

// A content that the name had, or could have.
struct Earlier {
    Digest digest;
    std::optional<ModelName> holder{}; // installed under this name
    std::optional<state::Pulled> pulled{};
    std::string from; // where it is known from, in words
};

class Past {
public:
    Past(const Facts& facts, Target target) : facts_(facts), target_(std::move(target)) {
        if (const ollama::Installed* there = rules::find(facts.installed, target_.name)) now_ = there->digest;
    }

    const Target& target() const { return target_; }
    const std::optional<Digest>& now() const { return now_; }

    // Nothing where nothing is known. Error{usage} where the digits fit several.
    std::optional<Earlier> earlier() const {
        std::vector<Earlier> all = snapshots();
        for (const state::Pulled& pulled : facts_.pulled | std::views::reverse)
            all.push_back({pulled.digest, holder_of(pulled.digest), pulled, "the journal"});
        if (const Locked* entry = facts_.lock ? facts_.lock->find(target_.name) : nullptr)
            all.push_back({entry->digest, holder_of(entry->digest), {}, "the lock"});
        if (!target_.digest) {
            const auto other = std::ranges::find_if(all, [&](const Earlier& each) { return each.digest != now_; });
            return other == all.end() ? std::nullopt : std::optional(*other);
        }
        for (const ollama::Installed& model : facts_.installed)
            if (model.digest && !model.cloud()) all.push_back({*model.digest, model.name, {}, "what is installed"});
        std::erase_if(all, [&](const Earlier& each) { return !target_.digest->matches(each.digest); });
        const auto another =
            std::ranges::find_if(all, [&](const Earlier& each) { return each.digest != all.front().digest; });
        if (another != all.end()) {
            throw Error(Kind::usage, quoted(target_.word) + " could be " + all.front().digest.text() + " or " +
                                         another->digest.text())
                .hint("give more digits");
        }
        if (all.empty()) return std::nullopt;
        return all.front();
    }

    std::optional<ModelName> holder_of(const Digest& digest) const {
        for (const ollama::Installed& model : facts_.installed)
            if (model.digest == digest && !model.cloud() && !model.name.misread_by_server()) return model.name;
        return std::nullopt;
    }

private:
    std::vector<Earlier> snapshots() const {
        struct Found {
            Time made;
            Earlier earlier;
        };
        std::vector<Found> found;
        for (const ollama::Installed& model : facts_.installed) {
            const auto snapshot = rules::parse_snapshot_name(model.name);
            if (!snapshot || !snapshot->is_of(target_.name) || !model.digest) continue;
            found.push_back(
                {snapshot->made,
                 {*model.digest, model.name, {}, "the snapshot of " + relative_in_text(facts_.now, snapshot->made)}});
        }
        std::ranges::stable_sort(found, std::ranges::greater(), &Found::made);
        std::vector<Earlier> all;
        for (Found& each : found)
            all.push_back(std::move(each.earlier));
        return all;
    }

    const Facts& facts_;
    Target target_;
    std::optional<Digest> now_;
};

std::vector<ModelName> places_of(const Earlier& earlier, const Past& past, const Facts& facts) {
    std::vector<ModelName> places;
    const auto add = [&](const ModelName& place) {
        if (std::ranges::find(places, place) == places.end()) places.push_back(place);
    };
    if (earlier.pulled) add(earlier.pulled->source);
    for (const state::Pulled& pulled : facts.pulled)
        if (pulled.digest == earlier.digest) add(pulled.source);
    if (const Locked* entry = facts.lock ? facts.lock->find(past.target().name) : nullptr) add(entry->source);
    for (const ModelName& place : facts.manifest.places_of(past.target().name))
        add(place);
    return places;
}

Step refused(Step step, Error why) {
    step.what = Step::Do::refuse;
    step.reason = why.message();
    step.obstacle = std::move(why);
    return step;
}

} // namespace

Facts gather_back(const Options& options, const manifest::Manifest& manifest, const manifest::Lock* lock,
                  const Ports& ports, const Run& run) {
    Facts facts{manifest};
    const Target target = target_of(options, manifest);
    if (lock != nullptr) facts.lock = *lock;
    facts.installed = ports.server.installed(run.stop);
    facts.now = ports.clock.now();
    if (ports.journal != nullptr) {
        try {
            facts.pulled = ports.journal->entries();
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
        std::erase_if(facts.pulled, [&](const state::Pulled& pulled) {
            return pulled.server != options.server || !pulled.name.same_on_server(target.name);
        });
    }
    const Past past(facts, target);
    const std::optional<Earlier> earlier = past.earlier();
    if (!earlier) return facts;
    const std::vector<ModelName> places = places_of(*earlier, past, facts);
    std::optional<Image> image =
        rules::remembered_image(earlier->digest, lock == nullptr ? manifest::Lock() : *lock, facts.pulled);
    const upstream::Ports ask{&ports.server, ports.registry};
    if (!image && !earlier->holder) image = upstream::find_image(earlier->digest, places, ask, run);
    if (!image) return facts;
    facts.images.emplace(target.name, *image);
    if (!earlier->holder) facts.supplies.emplace(target.name, upstream::find_supply(*image, places, ask, run));
    return facts;
}

Plan plan_back(const Facts& facts, const Options& options) {
    const Past past(facts, target_of(options, facts.manifest));
    const ModelName& name = past.target().name;
    Step step{name, facts.manifest.source_of(name)};
    step.back = true;
    step.before = past.now();
    if (const Locked* entry = facts.lock ? facts.lock->find(name) : nullptr) step.locked = *entry;
    if (const manifest::Declared* declared = facts.manifest.declared(name)) step.expect = declared->expect;
    step.embeds = step.locked && !step.locked->vectors.empty();
    const std::optional<Earlier> earlier = past.earlier();
    if (!earlier) {
        Error unknown(Kind::not_found, "nothing is known of what " + quoted(name.display()) +
                                           " had before: no snapshot, no "
                                           "pull in the journal, no such digest");
        unknown.hint(past.target().digest ? "look for a machine, a mirror or an export that has it still"
                                          : "with the digest of a former codemate.lock: codemate rollback " +
                                                name.display_short() + "@sha256:…");
        return {{refused(std::move(step), std::move(unknown))}};
    }
    step.after = earlier->digest;
    step.reason = "back to " + earlier->digest.id() + ", by " + earlier->from;
    step.places = places_of(*earlier, past, facts);
    if (earlier->pulled) step.origin = earlier->pulled->source;
    if (const auto image = facts.images.find(name); image != facts.images.end()) step.image = image->second;
    step.holder = earlier->holder;
    if (step.holder) step.to_fetch = ByteCount();
    const bool pins = facts.lock && (facts.manifest.declared(name) != nullptr || step.locked);
    if (pins && !(step.locked && step.locked->digest == *step.after)) {
        Locked entry{*step.after, step.locked ? step.locked->source : step.origin, {}, {}, {}, {}, {}};
        const ollama::Installed* holder = step.holder ? rules::find(facts.installed, *step.holder) : nullptr;
        if (holder != nullptr) {
            entry.size = holder->size;
            entry.quantization = known_quantization(holder->quantization);
        }
        if (step.image) {
            entry.size = step.image->size();
            entry.bytes = step.image->bytes;
        }
        step.entry = std::move(entry);
    }
    if (step.before == step.after) {
        step.what = step.entry ? Step::Do::adopt : Step::Do::nothing;
        step.reason = "it has " + step.after->id() + " already";
        return {{std::move(step)}};
    }
    step.what = Step::Do::replace;
    if (step.holder) return {{std::move(step)}};
    const auto supply = facts.supplies.find(name);
    if (supply == facts.supplies.end()) {
        return {{refused(std::move(step),
                         Error(Kind::not_found, "nobody has the manifest of " + earlier->digest.id() + " any more")
                             .hint("look for a machine that has it still"))}};
    }
    step.to_fetch = supply->second.to_fetch();
    if (auto obstacle = supply->second.obstacle()) return {{refused(std::move(step), *std::move(obstacle))}};
    return {{std::move(step)}};
}

} // namespace codemate::lifecycle::update
