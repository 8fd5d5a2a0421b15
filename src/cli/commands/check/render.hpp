#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/check.hpp"
#include "codemate/ui/style.hpp"

#include <string>

namespace codemate::cli::check {

// Which files were checked.
struct Files {
    manifest::Origin manifest;
    std::filesystem::path lock; // empty: there is none
};

std::string text(const lifecycle::check::Report&, const Files&, const ui::Style&);
json::Value document(const lifecycle::check::Report&, const Files&, int status);

} // namespace codemate::cli::check
