#include "codemate/base/text.hpp"
#include "codemate/lifecycle/exports.hpp"

#include <algorithm>

namespace codemate::lifecycle::exports {
namespace {

using Model = Facts::Model;

manifest::Locked entry_of(const Model& model) {
    const Image& image = *model.image;
    manifest::Locked entry = model.locked.value_or(manifest::Locked{image.digest, model.source, {}, {}, {}, {}, {}});
    std::vector<Digest> same = entry.same;
    if (entry.digest != image.digest) same.push_back(entry.digest);
    if (model.original) same.push_back(*model.original);
    std::ranges::sort(same);
    same.erase(std::ranges::unique(same).begin(), same.end());
    std::erase(same, image.digest);
    entry.digest = image.digest;
    entry.source = model.name; // as the index has it: a place of the project is nothing to whoever has no project
    entry.source_line = 0;
    entry.size = image.size();
    entry.bytes = image.bytes;
    entry.same = std::move(same);
    return entry;
}

std::optional<Error> missing_layers(const Model& model, const Facts& facts) {
    std::optional<Error> obstacle = model.supply->obstacle();
    if (!obstacle) return obstacle;
    bool is_damaged = false;
    for (const Layer& layer : model.supply->nowhere) {
        const auto unfit = facts.unfit.find(layer.digest);
        if (unfit == facts.unfit.end()) continue;
        is_damaged = true;
        obstacle->note(unfit->second);
    }
    if (is_damaged) {
        const std::string else_hint = obstacle->hint().empty() ? "" : "; for the registry: " + obstacle->hint();
        obstacle->hint("`codemate verify --repair` tells what is wrong in the models directory, and heals it" +
                       else_hint);
    }
    return obstacle;
}

std::optional<Error> obstacle_of(const Model& model, const Facts& facts) {
    if (model.refused) return model.refused;
    std::optional<Error> obstacle = model.error;
    if (!obstacle && model.supply && !model.supply->nowhere.empty()) obstacle = missing_layers(model, facts);
    if (obstacle && !facts.why_no_store.empty())
        obstacle->note("the models directory was not read: " + facts.why_no_store);
    return obstacle;
}

class Planner {
public:
    explicit Planner(const Facts& facts) : facts_(facts) {}

    Plan run() {
        for (const Model& model : facts_.models)
            add(model);
        return std::move(plan_);
    }

private:
    void add(const Model& model) {
        Step step{model.name, facts_.where.at(model.name), model.why, model.image, model.original};
        step.places = model.places;
        step.obstacle = obstacle_of(model, facts_);
        refuse_collision(step);
        if (step.image) {
            step.entry = entry_of(model);
            for (const Layer& layer : step.image->blobs())
                step.blobs.push_back(blob_of(layer, model, !step.obstacle));
            if (model.served != step.image->digest) step.replaced = model.served;
            step.up_to_date = !step.obstacle && model.served == step.image->digest &&
                              std::ranges::all_of(step.blobs, [](const Blob& blob) { return blob.there; });
        }
        plan_.steps.push_back(std::move(step));
    }

    Blob blob_of(const Layer& layer, const Model& model, bool comes) {
        Blob blob{layer, model.there.contains(layer.digest), facts_.stored.contains(layer.digest)};
        if (blob.there || !comes) return blob;
        blob.shared = !on_their_way_.insert(layer.digest).second;
        const auto left_over = model.left_over.find(layer.digest);
        if (left_over != model.left_over.end() && !blob.shared) blob.left_over = left_over->second;
        return blob;
    }

    void refuse_collision(const Step& step) {
        const auto other = std::ranges::find(plan_.steps, step.place, &Step::place);
        if (other == plan_.steps.end() || plan_.refusal) return;
        plan_.refusal = Error(Kind::usage, quoted(step.name.display()) + " and " + quoted(other->name.display()) +
                                               " would both become " + quoted(step.place))
                            .hint("a registry tells them apart by owner, name and tag only: push them to two prefixes");
    }

    const Facts& facts_;
    std::set<Digest> on_their_way_;
    Plan plan_;
};

template<typename Chosen>
ByteCount sum_of(const std::vector<Blob>& blobs, Chosen&& chosen) {
    ByteCount sum;
    for (const Blob& blob : blobs)
        if (chosen(blob)) sum += blob.layer.size;
    return sum;
}

} // namespace

ByteCount Step::from_store() const {
    return sum_of(blobs, [](const Blob& blob) { return !blob.there && !blob.shared && blob.stored; });
}

ByteCount Step::from_registry() const {
    return sum_of(blobs, [](const Blob& blob) { return !blob.there && !blob.shared && !blob.stored; });
}

ByteCount Step::there() const {
    return sum_of(blobs, [](const Blob& blob) { return blob.there; });
}

ByteCount Step::left_over() const {
    ByteCount sum;
    for (const Blob& blob : blobs)
        sum += blob.left_over;
    return sum;
}

ByteCount Plan::from_store() const {
    ByteCount sum;
    for (const Step& step : steps)
        if (!step.obstacle) sum += step.from_store();
    return sum;
}

ByteCount Plan::from_registry() const {
    ByteCount sum;
    for (const Step& step : steps)
        if (!step.obstacle) sum += step.from_registry();
    return sum;
}

Plan plan(const Facts& facts) {
    return Planner(facts).run();
}

std::string_view to_string(Facts::Why why) {
    switch (why) {
    case Facts::Why::asked:
        return "asked";
    case Facts::Why::locked:
        return "locked";
    case Facts::Why::installed:
        return "installed";
    case Facts::Why::served:
        break;
    }
    return "served";
}

} // namespace codemate::lifecycle::exports
