#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/init.hpp"

#include <string>

namespace codemate::cli::init {

enum class Run { dry, real };

std::string text(const lifecycle::init::Plan&, const manifest::Origin&); // of a run that was none of --dry-run
json::Value document(const lifecycle::init::Plan&, const manifest::Origin&, Run);

} // namespace codemate::cli::init
