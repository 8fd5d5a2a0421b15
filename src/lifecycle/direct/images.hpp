#pragma once

#include "codemate/lifecycle/direct.hpp"

namespace codemate::lifecycle::direct {

// The pin of a model: what was typed, else the lock's entry; or nullptr.
const manifest::Locked* pin_of(const ModelName&, const Facts&);
// What stands in the directory under that name, as the server compares names; or nullptr.
const store::Entry* entry_of(const ModelName&, const Facts&);

// Which content the model shall have. Needs `facts` but for `found`. Throws Interrupted; an Error is in the answer.
Found find_content(const manifest::Wanted&, const Facts&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::direct
