#pragma once

#include "lifecycle/prune/choice.hpp"

#include "codemate/lifecycle/prune.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::lifecycle::prune {

// Since when nobody seems to have needed a model.
struct Age {
    enum class By { pull, read } by = By::pull; // read: of its weights, where a store tells it
    Time since{};                               // the epoch, or before it: not known
    bool is_known() const { return since > Time{}; }
};
Age age_of(const ollama::Installed&, const store::Entry*, const store::Inventory*);
std::string in_words(const Age&, Time now); // "pulled 5 weeks ago", "last read 3 days ago"

// Of the reasons to keep a model those that count under these options.
std::vector<rules::KeepReason> that_count(const std::vector<rules::KeepReason>&, const Options&);
// Whether `rm --force` goes over it: what a person decided, not what would go wrong.
bool yields_to_force(rules::KeepReason::Why);
std::string in_words(const std::vector<rules::KeepReason>&); // "it is loaded; …, and it is protected by 'x'"

// What rules and options say of one model that was chosen. Whether it comes back is not looked at here.
struct Judgement {
    std::size_t model; // into Facts::installed
    bool named;
    std::vector<rules::KeepReason> kept_by{}; // all
    std::string stays{};                      // why; empty: it may go
    bool forcible = false;                    // --force would change that
    Age age{};
};
std::vector<Judgement> judge(const Facts&, const Options&, const Choice&); // in the order of the choice

rules::KeepFacts keep_facts(const Facts&, const Options&);
const store::Entry* stored(const Facts&, const ollama::Installed&); // nullptr: not known

} // namespace codemate::lifecycle::prune
