#pragma once

#include "cli/references.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/value.hpp"
#include "codemate/lifecycle/refs.hpp"
#include "codemate/ui/style.hpp"

#include <optional>
#include <string>

namespace codemate::cli::refs {

// A rewrite as it was asked for, and how it ended.
struct Asked {
    ModelName before;
    std::string after;
    bool dry_run = false;
    bool done = false;
};

std::string text(const lifecycle::refs::Report&, const Project&, const ui::Style&);
std::string summary(const lifecycle::refs::Report&);                 // one line
std::string text(const lifecycle::refs::Rewrite&, const ui::Style&); // the diff
std::string summary(const lifecycle::refs::Rewrite&, const Asked&);  // one line

json::Value document(const lifecycle::refs::Report&, const lifecycle::refs::Facts&, const Project&, int status);
json::Value document(const lifecycle::refs::Rewrite&, const Asked&, const lifecycle::refs::Facts&, const Project&,
                     const std::optional<Error>&, int status);

} // namespace codemate::cli::refs
