#include "lifecycle/reinstall/sharing.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::reinstall {
namespace {

using Do = Step::Do;
using Model = Facts::Model;

std::string display(const ModelName& name) {
    return printable(name.display());
}

Step step_of(const Model& model, Do what, std::string reason) {
    Step step{{model.name, *model.image, model.places}, what};
    for (const Layer& layer : what == Do::reinstall ? model.image->blobs() : model.missing)
        step.to_fetch += layer.size;
    step.reason = std::move(reason);
    step.listed = model.listed;
    step.suspect = model.why.has_value();
    return step;
}

Step refused(const Model& model, Error why) {
    Step step{{model.name, model.image.value_or(Image()), {}}};
    step.listed = model.listed;
    step.reason = why.message();
    step.obstacle = std::move(why);
    return step;
}

Error unproven(const Model& model) {
    const std::string what = model.digest ? model.digest->id() : "without a digest";
    return Error(Kind::refused, "nobody has the manifest of " + display(model.name) + " (" + what + ")");
}

// A place that could not be asked is no proof either. `needed`: of its layers.
std::optional<Error> not_to_be_had(const Model& model, const std::vector<Layer>& needed) {
    upstream::Supply supply = *model.supply;
    std::erase_if(supply.nowhere, [&](const Layer& layer) {
        return std::ranges::find(needed, layer.digest, &Layer::digest) == needed.end();
    });
    const auto obstacle = supply.obstacle();
    if (!obstacle) return std::nullopt;
    return Error(Kind::refused, display(model.name) + " could not be brought back: " + obstacle->message())
        .hint(obstacle->hint());
}

// Why this one of those that share a layer must not be removed.
std::optional<Error> why_not_removed(const Model& model, const Facts& facts) {
    if (model.name.misread_by_server())
        return Error(Kind::refused, "the server would remove another model than " + display(model.name));
    if (!facts.loaded_known)
        return Error(Kind::refused, "the server does not say whether " + display(model.name) + " is in use")
            .hint("a model may be loading; run the command again in a moment");
    if (model.loaded)
        return Error(Kind::refused, display(model.name) + " is loaded, and what is in use is not removed")
            .hint("`ollama stop " + display(model.name) + "` unloads it");
    return not_to_be_had(model, model.image->blobs());
}

class Planner {
public:
    explicit Planner(const Facts& facts) : facts_(facts) {}

    Plan run() {
        for (const Model& model : facts_.models) {
            if (model.listed) plan_.known.push_back(model.name);
            if (model.unfinished) bring_back(model);
            if (model.why) heal(model);
        }
        return std::move(plan_);
    }

private:
    void bring_back(const Model& model) {
        if (const auto obstacle = not_to_be_had(model, model.missing)) return add(refused(model, *obstacle));
        add(step_of(model, Do::bring_back, "an earlier repair removed it, and was cut off"));
    }

    void heal(const Model& model) {
        if (!model.image)
            return add(refused(model, unproven(model).hint("`codemate pull` fetches what its tag serves now")));
        if (!model.missing.empty()) return complete(model);
        if (const auto obstacle = why_not_reinstalled(model)) return add(refused(model, *obstacle));
        for (const Model* other : sharing_with(model, facts_)) {
            const bool is_bad = other->why.has_value();
            add(step_of(*other, Do::reinstall, is_bad ? *other->why : "it shares a layer with " + display(model.name)));
        }
    }

    void complete(const Model& model) {
        if (const auto obstacle = not_to_be_had(model, model.missing)) return add(refused(model, *obstacle));
        std::string reason = "the server lacks " + counted(model.missing.size(), "layer") + " of it";
        add(step_of(model, Do::complete, std::move(reason)));
    }

    // The file of a layer goes with the last model that has it, so each of them has to go, and to come back.
    std::optional<Error> why_not_reinstalled(const Model& model) const {
        const auto whose = [&](Error error) { return std::move(error.context("its files are not replaced")); };
        if (!facts_.remembers)
            return whose(Error(Kind::refused, "there is no state directory to write down what would be removed"));
        for (const Model& other : facts_.models) {
            if (!other.listed || other.image) continue;
            return whose(
                unproven(other)
                    .note("it may share any layer with " + display(model.name) + ", and would have to be removed, too")
                    .hint("repair it where the files are: codemate there, or --models-dir DIR"));
        }
        for (const Model* other : sharing_with(model, facts_)) {
            if (auto obstacle = why_not_removed(*other, facts_)) return whose(std::move(*obstacle));
        }
        return std::nullopt;
    }

    // Each model once; what has to be removed for another one's sake is not completed first.
    void add(Step step) {
        const auto known = std::ranges::find_if(plan_.steps, [&](const Step& other) {
            return other.delivery.name.same_on_server(step.delivery.name) && other.what != Do::refuse;
        });
        if (known == plan_.steps.end())
            plan_.steps.push_back(std::move(step));
        else if (known->what == Do::complete && step.what == Do::reinstall)
            *known = std::move(step);
    }

    const Facts& facts_;
    Plan plan_;
};

} // namespace

// Of models that share layers each layer once.
ByteCount Plan::to_fetch() const {
    std::vector<Digest> counted;
    ByteCount sum;
    for (const Step& step : steps) {
        if (step.what == Do::refuse) continue;
        if (step.what != Do::reinstall) {
            sum += step.to_fetch;
            continue;
        }
        for (const Layer& layer : step.delivery.image.blobs()) {
            if (std::ranges::find(counted, layer.digest) != counted.end()) continue;
            counted.push_back(layer.digest);
            sum += layer.size;
        }
    }
    return sum;
}

std::size_t Plan::count(Do what) const {
    return static_cast<std::size_t>(std::ranges::count(steps, what, &Step::what));
}

std::optional<Error> Plan::refusal() const {
    const auto first = std::ranges::find(steps, Do::refuse, &Step::what);
    if (first == steps.end()) return std::nullopt;
    Error error = *first->obstacle;
    return std::move(error.context("cannot repair " + quoted(first->delivery.name.display()) + " through the server"));
}

Plan plan(const Facts& facts) {
    return Planner(facts).run();
}

std::string_view to_string(Do what) {
    switch (what) {
    case Do::complete:
        return "complete";
    case Do::reinstall:
        return "reinstall";
    case Do::bring_back:
        return "bring_back";
    case Do::refuse:
        break;
    }
    return "refuse";
}

} // namespace codemate::lifecycle::reinstall
