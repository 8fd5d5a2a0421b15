#pragma once

#include "codemate/lifecycle/direct.hpp"
#include "codemate/rules/targets.hpp"

#include <vector>

namespace codemate::lifecycle::direct {

// Fills `facts.asked`: the contents that are meant by NAME@sha256:…, looked for in lock, journal, directory, and at the
// model's registries. Throws Error{usage} where several fit, or the word means several models; Error{not_found}.
void find_asked(Facts&, const std::vector<rules::DigestTarget>&, const Ports&, const Run&);

} // namespace codemate::lifecycle::direct
