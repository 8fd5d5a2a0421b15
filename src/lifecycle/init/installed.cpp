#include "lifecycle/init/proposal.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::init {
namespace {

// Why it cannot be declared; empty: it can.
std::string objection(const ollama::Installed& model, const std::vector<std::string>& words) {
    if (model.cloud()) return "it runs elsewhere, nothing of it is installed";
    if (rules::is_own_name(model.name)) return "codemate made that name for itself";
    if (model.name.misread_by_server()) return "Ollama takes its tag for the place where a model runs";
    const std::string word = model.name.display_short();
    const bool taken =
        std::any_of(words.begin(), words.end(), [&](const auto& other) { return equal_ignoring_case(word, other); });
    if (taken) return "the word " + quoted(word) + " means something else";
    return "";
}

} // namespace

Proposal propose_installed(const std::vector<ollama::Installed>& installed, const std::vector<std::string>& words) {
    Proposal proposal{json::Value::object(), {}};
    std::set<std::string> seen; // by what the server takes for the same name
    json::Value members = json::Value::array();
    for (const ollama::Installed& model : installed) {
        const std::string name = model.name.display();
        std::string why = objection(model, words);
        if (why.empty() && !seen.insert(to_lower(name)).second) why = "another name differs only in letter case";
        if (why.empty())
            members.add(name);
        else
            proposal.left_out.push_back({name, std::move(why)});
    }
    proposal.document.set("schema", 1);
    if (!members.elements().empty())
        proposal.document.set("groups", json::Value::object().set("default", std::move(members)));
    return proposal;
}

} // namespace codemate::lifecycle::init
