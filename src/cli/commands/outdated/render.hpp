#pragma once

#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/outdated.hpp"

#include <string>

namespace codemate::cli::outdated {

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::outdated::Report&, std::size_t columns);
std::string markdown(const lifecycle::outdated::Report&);
json::Value document(const lifecycle::outdated::Report&, int status, Wiring&);

} // namespace codemate::cli::outdated
