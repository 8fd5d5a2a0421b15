#pragma once

#include "codemate/lifecycle/direct.hpp"

namespace codemate::lifecycle::direct {

// The pin of a model: what was typed, else the lock's entry; or nullptr.
const manifest::Locked* pin_of(const ModelName&, const Facts&);
// What stands in the directory under that name, as the server compares names; or nullptr.
const store::Entry* entry_of(const ModelName&, const Facts&);

bool is_there(const Layer&, const Facts&); // in the directory, as far as its size tells

// Of a tag that does not confirm the pin: a clause, fit for a terminal. Needs the standing.
std::string what_became_of_the_tag(const Found&, const Options&);

// Which content the model shall have. Needs `facts` but for `found`. Throws Interrupted; an Error is in the answer.
Found find_content(const manifest::Wanted&, const Facts&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::direct
