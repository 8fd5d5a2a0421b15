#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/update.hpp"
#include "codemate/registry/image_parts.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::update {
namespace {

using upstream::Inquiry;

std::vector<Inquiry> inquiries_for(const Facts& facts) {
    const rules::InstalledByName installed(facts.installed);
    std::vector<Inquiry> inquiries;
    for (const manifest::Wanted& wanted : facts.wanted) {
        Inquiry inquiry{wanted.name, facts.manifest.source_of(wanted.name)};
        const manifest::Locked* locked = facts.lock ? facts.lock->find(wanted.name) : nullptr;
        if (locked != nullptr) inquiry.locked = *locked;
        if (const ollama::Installed* there = installed.find(wanted.name)) inquiry.installed = *there;
        inquiries.push_back(std::move(inquiry));
    }
    return inquiries;
}

bool is_cloud(const Inquiry& inquiry) {
    return inquiry.installed && inquiry.installed->cloud();
}

// What its tag serves is installed under the name already.
bool is_up_to_date(const Inquiry& inquiry) {
    if (!inquiry.installed || !inquiry.installed->digest || !inquiry.upstream) return false;
    if (*inquiry.installed->digest == *inquiry.upstream) return true;
    return inquiry.locked && inquiry.locked->is(*inquiry.upstream) && inquiry.locked->is(*inquiry.installed->digest);
}

class Look {
public:
    Look(Facts& facts, const Ports& ports, const Run& run) : facts_(facts), ports_(ports), run_(run) {}

    void at(Inquiry inquiry) {
        try {
            complete(inquiry);
        } catch (const Error& error) {
            if (!inquiry.error) inquiry.error = error;
        }
        facts_.asked.emplace(inquiry.name, std::move(inquiry));
    }

private:
    bool is_declared(const ModelName& name) const { return facts_.manifest.declared(name) != nullptr; }

    // The image that is to come under the name.
    void complete(Inquiry& inquiry) {
        if (inquiry.error || is_cloud(inquiry) || is_up_to_date(inquiry)) return;
        const bool is_known = inquiry.locked || inquiry.installed;
        if (!is_known && !is_declared(inquiry.name)) return;
        const Image image = image_for(inquiry);
        if (!inquiry.upstream) inquiry.upstream = image.digest;
        std::vector<ModelName> places = facts_.manifest.places_of(inquiry.name);
        if (std::ranges::find(places, inquiry.source) == places.end()) places.insert(places.begin(), inquiry.source);
        facts_.supplies.emplace(inquiry.name,
                                upstream::find_supply(image, places, {&ports_.server, ports_.registry}, run_));
    }

    Image image_for(Inquiry& inquiry) {
        if (inquiry.image) {
            if (inquiry.after) facts_.configurations.emplace(inquiry.name, *inquiry.after);
            return *inquiry.image;
        }
        // The tag serves what is pinned, or it is the first time.
        std::optional<Image> image;
        if (inquiry.locked && inquiry.upstream == inquiry.locked->digest) image = rules::image_of(*inquiry.locked);
        if (!image) image = ports_.registry.image(inquiry.source, run_.stop);
        facts_.images.emplace(inquiry.name, *image);
        facts_.configurations.emplace(inquiry.name,
                                      registry::configuration(ports_.registry, inquiry.source, *image, run_.stop));
        return *std::move(image);
    }

    Facts& facts_;
    const Ports& ports_;
    const Run& run_;
};

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock* lock, const Ports& ports,
             const Run& run) {
    Facts facts{manifest};
    // A misspelt target needs no server to be refused.
    const bool all = std::ranges::find(options.targets, "all") != options.targets.end();
    if (!all) facts.wanted = manifest::resolve(manifest, options.targets);
    if (lock != nullptr) facts.lock = *lock;
    facts.installed = ports.server.installed(run.stop);
    facts.now = ports.clock.now();
    if (all) facts.wanted = rules::resolve(manifest, options.targets, facts.installed);
    std::vector<Inquiry> inquiries = inquiries_for(facts);
    upstream::inquire(inquiries, upstream::Texts::fetched, {&ports.server, ports.registry}, run);
    Look look(facts, ports, run);
    for (Inquiry& inquiry : inquiries) {
        throw_if_stopped(run.stop);
        look.at(std::move(inquiry));
    }
    return facts;
}

} // namespace codemate::lifecycle::update
