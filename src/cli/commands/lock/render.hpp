#pragma once

#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/lock.hpp"

#include <string>

namespace codemate::cli::lock {

enum class Mode { carried_out, dry_run };

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::lock::Report&, Mode, const std::string& lock_shown, std::size_t columns);
json::Value document(const lifecycle::lock::Report&, Mode, int status, Wiring&);

} // namespace codemate::cli::lock
