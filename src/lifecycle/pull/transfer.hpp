#pragma once

#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

// The entry of that name as the server compares names, or nullptr.
const ollama::Installed* find(const std::vector<ollama::Installed>&, const ModelName&);

// Carries out one step: pull, copy to its name where it comes from another one, check. Always returns an item; what
// went wrong, or that it was stopped, stands in it. Tells of its progress, from begin to end.
Item transfer(const Step&, const Plan&, const Ports&, const Run&);

} // namespace codemate::lifecycle::pull
