#include "lifecycle/init/proposal.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/edit.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::lifecycle::init {
namespace {

using json::Value;

constexpr std::string_view default_group = "default";
constexpr std::string_view heading = "// The models that this project needs. `codemate check` proves this file.\n";

Proposal propose_built_in() {
    return {json::read(manifest::built_in_text(), "the built-in manifest", json::Comments::allowed).root, {}};
}

std::vector<std::string> words_of(const manifest::Manifest& manifest) {
    std::vector<std::string> words{"all", "default"};
    for (const auto& [role, model] : manifest.roles)
        words.push_back(role);
    for (const auto& [group, members] : manifest.groups)
        words.push_back(group);
    return words;
}

Proposal propose(const Facts& facts, const Options& options, const manifest::Manifest& existing, Source& source) {
    source = options.source;
    if (source == Source::file) return propose_imported(facts.imported, options.from.string());
    if (source == Source::built_in) return propose_built_in();
    Proposal proposal = propose_installed(facts.installed, words_of(existing));
    const bool is_empty = proposal.document.find("groups") == nullptr;
    if (!is_empty || facts.text) return proposal; // nothing to add to a file is no reason to add a built-in set
    source = Source::built_in;
    return {propose_built_in().document, std::move(proposal.left_out)};
}

std::string new_text(const Value& document, Source source) {
    if (source != Source::built_in) return std::string(heading) + json::to_layout(document) + "\n";
    // With its comments, but for the first one, which says what it is in the program.
    std::string_view text = manifest::built_in_text();
    if (text.starts_with("//")) text.remove_prefix(text.find('\n') + 1);
    return std::string(heading) + std::string(text);
}

const Value& member(const Value& document, std::string_view key) {
    static const Value none = Value::object();
    const Value* found = document.find(key);
    return found == nullptr ? none : *found;
}

// Adds what the text lacks, and changes nothing that it says.
class Extension {
public:
    Extension(std::string text, const manifest::Manifest& existing) : text_(std::move(text)), existing_(existing) {}

    std::string with(const Value& document) {
        // The groups first: "default" that lacks means the roles that are there now.
        for (const json::Member& group : member(document, "groups").members())
            add_group(group);
        for (const json::Member& role : member(document, "roles").members())
            add_role(role);
        for (const json::Member& model : member(document, "models").members())
            add_model(model);
        return text_;
    }

private:
    void add_group(const json::Member& group) {
        const bool is_default = group.key == default_group;
        if (!is_default && existing_.groups.contains(group.key)) return;
        std::vector<std::string> members;
        for (const Value& element : group.value.elements()) {
            const std::string& word = *element.string();
            if (!is_default || existing_.declared(ModelName::parse(word)) == nullptr) members.push_back(word);
        }
        text_ = manifest::with_members(text_, group.key, members);
    }
    void add_role(const json::Member& role) {
        if (!existing_.roles.contains(role.key))
            text_ = manifest::with_role(text_, role.key, ModelName::parse(*role.value.string()));
    }
    void add_model(const json::Member& model) {
        const ModelName name = ModelName::parse(model.key);
        if (existing_.declared(name) == nullptr) text_ = manifest::with_model(text_, name, model.value);
    }

    std::string text_;
    const manifest::Manifest& existing_;
};

manifest::Manifest read_existing(const Facts& facts) {
    manifest::Parsed parsed = manifest::parse(*facts.text, facts.origin);
    if (!parsed.problems.empty()) throw manifest::to_error(facts.origin, parsed.problems);
    return std::move(parsed.manifest);
}

} // namespace

Plan plan(const Facts& facts, const Options& options) {
    const bool extends = facts.text && options.existing == Existing::extend;
    const manifest::Manifest existing = extends ? read_existing(facts) : manifest::Manifest();
    Plan plan;
    Facts seen = facts;
    if (!extends) seen.text.reset();
    Proposal proposal = propose(seen, options, existing, plan.source);
    plan.left_out = std::move(proposal.left_out);
    plan.text =
        extends ? Extension(*facts.text, existing).with(proposal.document) : new_text(proposal.document, plan.source);
    const manifest::Manifest after = manifest::manifest_after_edit(plan.text, facts.origin);
    for (const auto& [name, declared] : after.models) {
        if (existing.declared(name) == nullptr) plan.added.push_back(name);
    }
    plan.declared = after.models.size();
    plan.required = manifest::required_set(after).size();
    plan.what = plan.text == facts.text ? Plan::Do::nothing
                : extends               ? Plan::Do::extend
                : facts.text            ? Plan::Do::replace
                                        : Plan::Do::create;
    return plan;
}

} // namespace codemate::lifecycle::init
