#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/use.hpp"

#include <string>

namespace codemate::cli::use {

enum class Run { dry, real };

std::string text(const lifecycle::use::Plan&, const manifest::Origin&, Run);
json::Value document(const lifecycle::use::Plan&, const manifest::Origin&, Run);

} // namespace codemate::cli::use
