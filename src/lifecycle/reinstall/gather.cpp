#include "lifecycle/reinstall/sharing.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/rules/loaded.hpp"
#include "codemate/rules/remembered.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::reinstall {
namespace {

using Model = Facts::Model;

constexpr std::size_t workers = 8;

void add_place(std::vector<ModelName>& places, const ModelName& place) {
    if (std::ranges::find(places, place) == places.end()) places.push_back(place);
}

class Gatherer {
public:
    Gatherer(const Memory& memory, const Ports& ports, const Run& run) : memory_(memory), ports_(ports), run_(run) {}

    Facts run(const std::vector<Suspect>& suspects) {
        facts_.remembers = ports_.changes != nullptr;
        add_installed();
        for (const Suspect& suspect : suspects)
            entry(suspect.name, pinned_digest(suspect.name)).why = suspect.why;
        for (const state::Change& change : memory_.unfinished)
            add_unfinished(change);
        for_each_parallel(facts_.models.size(), workers, [&](std::size_t i) { find_image(facts_.models[i]); });
        for (Model& model : facts_.models)
            if ((model.why || model.unfinished) && model.image) find_missing(model);
        const std::set<const Model*> matter = that_matter();
        for_each_parallel(facts_.models.size(), workers, [&](std::size_t i) {
            Model& model = facts_.models[i];
            if (matter.contains(&model)) find_supply(model);
        });
        return std::move(facts_);
    }

private:
    void add_installed() {
        const std::vector<ollama::Installed> installed = ports_.server.installed(run_.stop);
        const auto running = ollama::running_if_told(ports_.server, run_.stop);
        facts_.loaded_known = running.has_value();
        for (const ollama::Installed& each : installed) {
            Model model{each.name, each.digest, true};
            model.loaded = running && rules::loaded_as(each.name, each.digest, *running) != nullptr;
            facts_.models.push_back(std::move(model));
        }
    }

    Model& entry(const ModelName& name, const std::optional<Digest>& digest) {
        const auto same = [&](const Model& model) { return model.name.same_on_server(name); };
        const auto found = std::ranges::find_if(facts_.models, same);
        return found != facts_.models.end() ? *found : facts_.models.emplace_back(Model{name, digest});
    }

    // Of what the server does not list.
    std::optional<Digest> pinned_digest(const ModelName& name) const {
        if (const manifest::Locked* locked = memory_.lock.find(name)) return locked->digest;
        for (auto each = memory_.pulled.rbegin(); each != memory_.pulled.rend(); ++each)
            if (each->name.same_on_server(name)) return each->digest;
        return std::nullopt;
    }

    // What has been installed since is not touched.
    void add_unfinished(const state::Change& change) {
        Model& model = entry(change.name, change.before);
        if (model.listed || model.unfinished) return;
        model.unfinished = true;
        model.digest = change.before;
        model.image = Image::parse(change.restoring->manifest);
        for (const ModelName& place : change.restoring->places)
            add_place(model.places, place);
    }

    // Copies of a model have its digest and other names, at which no registry has it.
    void find_places(Model& model) const {
        const auto add_all = [&](const ModelName& name) {
            for (const ModelName& place : memory_.manifest.places_of(name))
                add_place(model.places, place);
        };
        for (const auto& [name, locked] : memory_.lock.models) {
            if (model.digest && locked.is(*model.digest)) add_place(model.places, locked.source);
        }
        for (const state::Pulled& pulled : memory_.pulled) {
            if (model.digest == pulled.digest) add_place(model.places, pulled.source);
        }
        add_all(model.name);
        for (const Model& other : facts_.models) {
            if (model.digest && other.digest == model.digest) add_all(other.name);
        }
    }

    // What an earlier run wrote down stands first.
    void find_image(Model& model) const {
        find_places(model);
        if (model.image || !model.digest) return;
        model.image = rules::remembered_image(*model.digest, memory_.lock, memory_.pulled);
        if (!model.image)
            model.image = upstream::find_image(*model.digest, model.places, {nullptr, ports_.registry}, run_);
    }

    void find_missing(Model& model) const {
        for (const Layer& layer : model.image->blobs()) {
            if (!ports_.server.has_blob(layer.digest, run_.stop)) model.missing.push_back(layer);
        }
    }

    std::set<const Model*> that_matter() const {
        std::set<const Model*> matter;
        for (const Model& model : facts_.models) {
            if (model.unfinished && model.image) matter.insert(&model);
            if (!model.why || !model.image) continue;
            matter.insert(&model);
            if (!model.missing.empty()) continue; // nothing has to go
            for (const Model* other : sharing_with(model, facts_))
                matter.insert(other);
        }
        return matter;
    }

    // As if the server had none of it.
    void find_supply(Model& model) const {
        model.supply = upstream::find_supply(*model.image, model.places, {nullptr, ports_.registry}, run_);
    }

    const Memory& memory_;
    const Ports& ports_;
    const Run& run_;
    Facts facts_;
};

} // namespace

std::vector<const Facts::Model*> sharing_with(const Facts::Model& model, const Facts& facts) {
    std::set<Digest> blobs;
    for (const Layer& layer : model.image->blobs())
        blobs.insert(layer.digest);
    std::vector<const Facts::Model*> sharing;
    for (const Facts::Model& other : facts.models) {
        if (!other.image || other.unfinished) continue;
        const std::vector<Layer> theirs = other.image->blobs();
        if (std::ranges::any_of(theirs, [&](const Layer& layer) { return blobs.contains(layer.digest); }))
            sharing.push_back(&other);
    }
    return sharing;
}

Facts gather(const std::vector<Suspect>& suspects, const Memory& memory, const Ports& ports, const Run& run) {
    return Gatherer(memory, ports, run).run(suspects);
}

} // namespace codemate::lifecycle::reinstall
