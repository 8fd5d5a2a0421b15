#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/use.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace codemate::cli::use {

enum class Run { dry, real };

// Where a file of the project names the model that had the role.
struct Mentioned {
    std::string file; // as one would type it from here
    std::size_t line = 0;
    std::string text; // as written
};

std::string text(const lifecycle::use::Plan&, const std::vector<Mentioned>&, const manifest::Origin&, Run);
json::Value document(const lifecycle::use::Plan&, const std::vector<Mentioned>&, const manifest::Origin&, Run);

} // namespace codemate::cli::use
