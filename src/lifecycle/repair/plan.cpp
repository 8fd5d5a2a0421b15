#include "codemate/base/text.hpp"
#include "codemate/lifecycle/repair.hpp"

#include <algorithm>

namespace codemate::lifecycle::repair {
namespace {

std::string display(const ModelName& name) {
    return printable(name.display());
}

Step step_of(const Facts::Blob& blob) {
    Step step;
    step.blob = blob.bad;
    step.sources = blob.sources;
    if (!blob.sources.empty()) {
        step.what = Step::Do::fetch_blob;
        step.reason = "from " + display(blob.sources.front());
    } else if (!blob.unanswered.empty()) {
        step.reason = "no registry could be asked for it: " + blob.unanswered.front().message();
    } else {
        step.reason = "no registry has it any more";
    }
    return step;
}

Step step_of(const Facts::Manifest& manifest) {
    Step step;
    step.manifest = manifest.bad;
    if (manifest.image) {
        step.what = Step::Do::rebuild_manifest;
        step.bytes = manifest.image->bytes;
        step.reason = "from " + manifest.from;
    } else {
        step.reason =
            "neither codemate.lock nor the journal has its bytes; `codemate pull` fetches what the tag serves now";
    }
    return step;
}

} // namespace

std::string Step::subject() const {
    if (manifest) return "the manifest of " + display(manifest->name);
    std::vector<std::string> names;
    for (const ModelName& model : blob->models)
        names.push_back(display(model));
    return std::string(codemate::to_string(blob->layer.role)) + " " + blob->layer.digest.id() + " (" +
           codemate::to_string(blob->layer.size) + ") of " + listed(names);
}

ByteCount Plan::to_fetch() const {
    ByteCount sum;
    for (const Step& step : steps) {
        if (step.what == Step::Do::fetch_blob) sum += step.blob->layer.size;
    }
    return sum;
}

std::size_t Plan::count(Step::Do what) const {
    return static_cast<std::size_t>(std::ranges::count(steps, what, &Step::what));
}

Plan plan(const Facts& facts) {
    Plan plan;
    for (const Facts::Blob& blob : facts.blobs)
        plan.steps.push_back(step_of(blob));
    for (const Facts::Manifest& manifest : facts.manifests)
        plan.steps.push_back(step_of(manifest));
    return plan;
}

std::string_view to_string(Step::Do what) {
    switch (what) {
    case Step::Do::fetch_blob:
        return "fetch_blob";
    case Step::Do::rebuild_manifest:
        return "rebuild_manifest";
    case Step::Do::nothing:
        break;
    }
    return "nothing";
}

} // namespace codemate::lifecycle::repair
