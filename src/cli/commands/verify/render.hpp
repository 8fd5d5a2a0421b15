#pragma once

#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/verify.hpp"

#include <string>

namespace codemate::cli::verify {

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::verify::Report&, std::size_t columns);
json::Value document(const lifecycle::verify::Report&, int status, Wiring&);

} // namespace codemate::cli::verify
