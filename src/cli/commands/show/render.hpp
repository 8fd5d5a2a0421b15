#pragma once

#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/show.hpp"
#include "codemate/ui/style.hpp"

#include <string>

namespace codemate::cli::show {

std::string text(const lifecycle::show::Report&, const ui::Style&);
json::Value document(const lifecycle::show::Report&, Wiring&);

} // namespace codemate::cli::show
