#pragma once

#include "codemate/lifecycle/check.hpp"

#include <vector>

namespace codemate::cli {
class Wiring;
}

namespace codemate::cli::check {

// What `codemate docs --check` finds, as findings of `check`; nothing where the project has no such document.
std::vector<lifecycle::check::Finding> document_findings(Wiring&, const std::optional<manifest::Lock>&);

} // namespace codemate::cli::check
