#include "lifecycle/pull/transfer.hpp"

#include "codemate/base/text.hpp"
#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {
namespace {

// The same model at the registry that stands in for the public one.
ModelName at_registry(const http::Url& registry, const ModelName& name) {
    return ModelName(registry.authority(), name.owner(), name.model(), name.tag());
}

std::string reason_of(const manifest::Wanted& wanted, const manifest::Manifest& manifest) {
    const std::vector<std::string> roles = manifest.roles_of(wanted.name);
    if (!roles.empty()) return listed(roles) + " model of the manifest";
    return wanted.declared ? "declared in the manifest" : "named on the command line";
}

Step step_for(const manifest::Wanted& wanted, const Facts& facts, const Options& options) {
    Step step{wanted.name, wanted.name};
    step.declared = wanted.declared;
    step.reason = reason_of(wanted, facts.manifest);
    step.target = wanted.target;
    if (wanted.plain_http) step.transport = ollama::Transport::plain_http;
    if (const manifest::Declared* declared = facts.manifest.declared(wanted.name);
        declared != nullptr && declared->from) {
        step.source = *declared->from;
    }
    if (options.registry && step.source.on_public_registry()) {
        step.source = at_registry(*options.registry, step.source);
        if (options.registry->scheme == "http") step.transport = ollama::Transport::plain_http;
    }
    if (const ollama::Installed* before = find(facts.installed, wanted.name)) step.before = before->digest;
    step.keep_source = find(facts.installed, step.source) != nullptr || facts.manifest.declared(step.source) != nullptr;
    return step;
}

} // namespace

Plan plan(const Facts& facts, const Options& options) {
    Plan plan;
    plan.known_words = manifest::known_words(facts.manifest);
    for (const ollama::Installed& model : facts.installed)
        plan.known_words.push_back(model.name.display_short());
    for (const manifest::Wanted& wanted : facts.wanted)
        plan.steps.push_back(step_for(wanted, facts, options));
    return plan;
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::pulled:
        return "pulled";
    case Outcome::updated:
        return "updated";
    case Outcome::unchanged:
        return "unchanged";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not_started";
}

} // namespace codemate::lifecycle::pull
