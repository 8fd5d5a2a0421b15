#include "lifecycle/use/consequences.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/use.hpp"

#include <algorithm>

namespace codemate::lifecycle::use {
namespace {

// Groups and roles are targets elsewhere, and mean something else tomorrow; a role names a model.
void refuse_words(const manifest::Manifest& manifest, const std::string& word) {
    const auto role = manifest.roles.find(word);
    if (role != manifest.roles.end()) {
        throw Error(Kind::usage, quoted(word) + " is a role, and a role names a model")
            .hint("name the model that has this role now: " + role->second.display());
    }
    if (word == "all" || word == "default" || manifest.groups.contains(word)) {
        throw Error(Kind::usage, quoted(word) + " is a group, and a role names one model")
            .hint("name a model, such as 'mistral:latest'");
    }
}

ModelName model_of(const manifest::Manifest& manifest, const Options& options, bool& declared) {
    if (options.name.empty()) throw Error(Kind::usage, "the model's name is empty").hint("name a model");
    refuse_words(manifest, options.name);
    const std::vector<manifest::Wanted> found = manifest::resolve(manifest, std::span(&options.name, 1));
    if (found.front().plain_http || options.name.find("://") != std::string::npos) {
        throw Error(Kind::usage, quoted(options.name) + " is a URL; codemate.json names models without http://")
            .hint("write " + found.front().name.display());
    }
    declared = found.front().declared;
    return found.front().name;
}

std::optional<std::string> meant(const manifest::Manifest& manifest, const std::string& role) {
    const std::vector<std::string>& known = manifest.role_order;
    return nearest(role, known);
}

// What one list has and the other lacks.
std::vector<ModelName> without(const std::vector<ModelName>& some, const std::vector<ModelName>& others) {
    std::vector<ModelName> rest;
    std::copy_if(some.begin(), some.end(), std::back_inserter(rest), [&](const ModelName& name) {
        return std::none_of(others.begin(), others.end(),
                            [&](const auto& other) { return other.same_on_server(name); });
    });
    return rest;
}

} // namespace

Plan plan(const Facts& facts, const Options& options) {
    bool declared = false;
    const ModelName name = model_of(facts.manifest, options, declared);
    const auto role = facts.manifest.roles.find(options.role);
    const bool is_new = role == facts.manifest.roles.end();
    Plan plan{options.role, is_new ? std::nullopt : std::optional(role->second),         name,
              declared,     is_new ? meant(facts.manifest, options.role) : std::nullopt, {},
              {},           manifest::with_role(facts.text, options.role, name)};
    const manifest::Manifest after = manifest::manifest_after_edit(plan.text, facts.manifest.origin);
    const std::vector<ModelName> required = manifest::required_set(facts.manifest);
    const std::vector<ModelName> required_then = manifest::required_set(after);
    plan.newly_required = without(required_then, required);
    plan.no_more_required = without(required, required_then);
    if (!plan.changes()) return plan;
    plan.consequences = consequences(facts, after, plan);
    if (makes_vectors(facts, after) && !is_store_of_new(facts, after))
        plan.rebuild = rules::rebuild_with(after, plan.after, facts.store ? rules::Seen::yes : rules::Seen::no);
    return plan;
}

} // namespace codemate::lifecycle::use
