#include "lifecycle/prune/judgement.hpp"
#include "lifecycle/prune/ways.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/lifecycle/prune.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::prune {
namespace {

constexpr std::size_t workers = 8; // each of which asks for the layers of its model in parallel

std::vector<state::Pulled> remembered(const Ports& ports) {
    if (ports.journal == nullptr) return {};
    try {
        return ports.journal->entries();
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return {};
    }
}

// Of all models, for only with all of them known it is known what is shared.
void find_images(Facts& facts, Ways& ways) {
    std::vector<std::optional<Image>> images(facts.installed.size());
    for_each_parallel(images.size(), workers, [&](std::size_t i) {
        if (stored(facts, facts.installed[i]) == nullptr) images[i] = ways.image_of(facts.installed[i]);
    });
    for (auto& image : images) {
        if (image) facts.images.emplace(image->digest, std::move(*image));
    }
}

void find_ways_back(Facts& facts, const std::vector<ollama::Installed>& models, Ways& ways) {
    std::vector<std::optional<WayBack>> found(models.size());
    for_each_parallel(models.size(), workers, [&](std::size_t i) {
        std::optional<Image> image;
        const auto known = models[i].digest ? facts.images.find(*models[i].digest) : facts.images.end();
        if (known != facts.images.end())
            image = known->second;
        else if (const store::Entry* entry = stored(facts, models[i]))
            image = entry->image;
        found[i] = ways.way_back(models[i], std::move(image));
    });
    for (std::size_t i = 0; i < models.size(); ++i)
        facts.ways.emplace(models[i].name, std::move(*found[i]));
}

} // namespace

Facts gather(const Options& options, std::vector<manifest::Manifest> manifests, const manifest::Lock& lock,
             std::optional<Store> store, std::string no_store, const Ports& ports, const Run& run) {
    Facts facts;
    facts.manifests = std::move(manifests);
    facts.elsewhere = ports.elsewhere();
    facts.store = std::move(store);
    facts.no_store = std::move(no_store);
    facts.now = ports.clock.now();
    facts.installed = ports.server.installed(run.stop);
    const std::vector<ollama::Installed> without_look = candidates(facts, options); // also what is loaded
    if (without_look.empty()) {
        facts.running.emplace(); // it decides nothing
        return facts;
    }
    facts.running = ollama::running_if_told(ports.server, run.stop);
    Ways ways(facts, lock, remembered(ports), ports, run);
    find_images(facts, ways);
    std::vector<ollama::Installed> going = candidates(facts, options);
    std::erase_if(going, [](const ollama::Installed& model) { return rules::is_relay_name(model.name); });
    find_ways_back(facts, going, ways);
    return facts;
}

} // namespace codemate::lifecycle::prune
