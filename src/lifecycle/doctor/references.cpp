#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::doctor {
namespace {

using State = Reference::State;

std::string shown(const Reference& reference) {
    return printable(reference.name.display_short(), 200) + " in " + printable(reference.place, 200);
}

std::vector<std::string> all_of(const std::vector<Reference>& references, State state) {
    std::vector<std::string> texts;
    for (const Reference& reference : references) {
        if (reference.state == state)
            texts.push_back(shown(reference) +
                            (reference.text.empty() ? "" : " (" + printable(reference.text, 200) + ")"));
    }
    return texts;
}

bool is_required(const Facts& facts, const ModelName& name) {
    return std::ranges::any_of(manifest::required_set(*facts.manifest),
                               [&](const ModelName& each) { return each.same_on_server(name); });
}

// Models that make embeddings somewhere in the files, and are not there; a required one is told of elsewhere.
std::vector<std::string> absent_embedders(const Facts& facts) {
    std::vector<std::string> texts;
    std::set<ModelName, ServerOrder> told;
    if (!facts.installed) return texts;
    for (const Reference& reference : *facts.references) {
        if (reference.state != State::embedding || rules::find(*facts.installed, reference.name) != nullptr) continue;
        if (!is_required(facts, reference.name) && told.insert(reference.name).second)
            texts.push_back(shown(reference));
    }
    return texts;
}

std::string dimension_text(const std::string& whose, std::uint64_t has, const ModelName& model, std::uint64_t makes) {
    return whose + " holds vectors of " + counted(has, "number") + ", and " + printable(model.display(), 200) +
           " makes vectors of " + std::to_string(makes);
}

class Embeddings {
public:
    Embeddings(const Facts& facts, const ModelName& model) : facts_(facts), model_(model) {
        const auto found = facts.shown.find(model);
        if (found != facts.shown.end()) makes_ = found->second.embedding_length;
    }

    Findings run() {
        const manifest::VectorStore& store = *facts_.manifest->vector_store;
        if (store.dimension) compare("by codemate.json the store", *store.dimension);
        if (facts_.chroma) {
            for (const vector_store::Collection& each : facts_.chroma->collections) {
                if (store.collection.empty() || store.collection == each.name) look_at(each);
            }
            if (!store.collection.empty() && !has_collection(store.collection)) tell_of_absent(store.collection);
        }
        if (!findings_.empty()) return std::move(findings_);
        if (facts_.chroma.failure) return {of_failure()};
        if (makes_ == 0)
            return {skipped("the server does not say what vectors " + printable(model_.display(), 200) + " makes")};
        return {ok(printable(model_.display(), 200) + " makes vectors of " + std::to_string(makes_) +
                   (!facts_.chroma ? ""
                    : compared_    ? ", as the store holds them"
                                   : "; the store holds no vectors yet, or does not say which"))};
    }

private:
    void look_at(const vector_store::Collection& each) {
        const std::string name = "the collection " + quoted(each.name, 100);
        if (each.dimension) {
            compare(name, *each.dimension);
            compared_ = true;
        }
        if (each.model.empty() || is_model(each.model)) return;
        findings_.push_back(problem("other_model",
                                    name + " says that " + quoted(each.model, 100) +
                                        " makes its vectors, and the "
                                        "embedding role has " +
                                        printable(model_.display(), 200),
                                    "vectors of two models have nothing to do with each other",
                                    {"`codemate embeddings` says how the store is built anew"}));
    }

    bool has_collection(const std::string& name) const {
        return std::ranges::any_of(facts_.chroma->collections,
                                   [&](const vector_store::Collection& each) { return each.name == name; });
    }

    void tell_of_absent(const std::string& name) {
        std::vector<std::string> names;
        for (const vector_store::Collection& each : facts_.chroma->collections)
            names.push_back(each.name);
        const auto near = nearest(name, names);
        std::string shown;
        for (const std::string& each : names)
            shown += (shown.empty() ? "" : ", ") + quoted(each, 100);
        const std::string has = names.empty() ? "it has none at all yet" : "it has " + elided(shown, 300);
        findings_.push_back(problem("collection", "the store has no collection " + quoted(name, 100) + "; " + has,
                                    "a search in it fails, or finds nothing",
                                    {near ? "did you mean " + quoted(*near, 100) + "? correct it in codemate.json"
                                          : "correct vector_store.collection in codemate.json, or build the store"}));
    }

    bool is_model(const std::string& recorded) const {
        try {
            return ModelName::parse(recorded).same_on_server(model_);
        } catch (const Error&) {
            return false;
        }
    }

    void compare(const std::string& whose, std::uint64_t has) {
        if (makes_ == 0 || has == makes_) return;
        findings_.push_back(problem("dimension", dimension_text(whose, has, model_, makes_),
                                    "the store refuses new vectors, or finds nothing",
                                    {"`codemate embeddings` says how the store is built anew; or give the role back "
                                     "the model that it was built with"}));
    }

    // That it is not there need be no mistake: a fresh checkout has none.
    Finding of_failure() const {
        const Error& error = *facts_.chroma.failure;
        if (error.kind() == Kind::damaged || error.kind() == Kind::storage)
            return problem("store", error.message(), "nothing can be found in a store that cannot be read",
                           {error.hint().empty() ? "`codemate embeddings` says more" : error.hint()});
        if (error.kind() == Kind::not_found)
            return note("no_store", error.message(), "nothing is found in a store that was not built",
                        {"build it, or correct vector_store.chroma in codemate.json where it is elsewhere"});
        return skipped("could not be checked: " + error.message());
    }

    const Facts& facts_;
    const ModelName& model_;
    std::uint64_t makes_ = 0;
    bool compared_ = false; // with a collection that has vectors
    Findings findings_;
};

} // namespace

Findings check_references(const Facts& facts) {
    if (!has_project(facts)) return {no_project(facts)};
    if (!facts.references) return {not_seen(facts.references, "the project's files were not looked at")};
    Findings findings;
    if (const auto misspelt = all_of(*facts.references, State::misspelt); !misspelt.empty())
        findings.push_back(problem("misspelt", "no model that is known: " + some(misspelt),
                                   "no such model can be pulled", {"correct it; `codemate refs` shows every mention"}));
    if (const auto others = all_of(*facts.references, State::contradicting); !others.empty())
        findings.push_back(problem("contradicts",
                                   "makes embeddings with another model than the project: " + some(others),
                                   "vectors of two models have nothing to do with each other",
                                   {"use one of them everywhere: `codemate refs --rewrite OLD NEW`"}));
    if (const auto absent = absent_embedders(facts); !absent.empty())
        findings.push_back(problem("embedding_absent", "makes embeddings, and is not installed: " + some(absent),
                                   "the program fails where it embeds the first text",
                                   {"`codemate pull NAME`, or name a model that is there"}));
    if (const auto undeclared = all_of(*facts.references, State::undeclared); !undeclared.empty())
        findings.push_back(note("undeclared", "not declared: " + some(undeclared),
                                "nobody pins or keeps what the manifest does not name",
                                {"`codemate refs` shows every mention; declare what is in use"}));
    if (findings.empty()) findings.push_back(ok("the models that the project's files name are declared"));
    return findings;
}

Findings check_embeddings(const Facts& facts) {
    if (!has_project(facts)) return {no_project(facts)};
    const auto model = facts.manifest->embedding_model();
    const bool has_store = facts.manifest->vector_store.has_value();
    if (!model && !has_store) return {skipped("no role is called embedding, and no vector_store is declared")};
    if (!model)
        return {problem("no_role", "nothing says which model makes the vectors of the store",
                        "whether it fits the store cannot be checked, and nobody pins it",
                        {"`codemate use embedding NAME` names it"})};
    if (!facts.installed) return {not_seen(facts.installed, no_answer)};
    if (rules::find(*facts.installed, *model) == nullptr) {
        const std::string text = printable(model->display(), 200) + " has the role embedding, and is not installed";
        if (is_required(facts, *model)) return {skipped(text)};
        return {problem("absent", text, "nothing can be embedded", {"`codemate pull embedding`"})};
    }
    if (!has_store) return {ok(printable(model->display(), 200) + " is installed; no vector_store is declared")};
    return Embeddings(facts, *model).run();
}

} // namespace codemate::lifecycle::doctor
