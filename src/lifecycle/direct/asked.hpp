#pragma once

#include "codemate/lifecycle/direct.hpp"
#include "codemate/rules/targets.hpp"

#include <vector>

namespace codemate::lifecycle::direct {

// Fills `facts.asked`: the contents that are meant by NAME@sha256:…, looked for in lock, journal, directory, and at the
// model's registries, or the one source that there is. Throws Error{usage} where several fit, or the word means several
// models; Error{not_found}.
void find_asked(Facts&, const std::vector<rules::DigestTarget>&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::direct
