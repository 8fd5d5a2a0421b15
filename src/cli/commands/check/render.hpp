#pragma once

#include "cli/references.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/check.hpp"
#include "codemate/ui/annotation.hpp"
#include "codemate/ui/style.hpp"

#include <string>
#include <vector>

namespace codemate::cli::check {

// Which files were checked.
struct Files {
    manifest::Origin manifest;
    std::filesystem::path lock; // empty: there is none
};

// Puts what is wrong with the mentions of models in the project's files among the findings; of a model that is not
// declared only the first mention.
void add_references(lifecycle::check::Report&, const lifecycle::refs::Report&, const Project&);

// Problems and warnings at their lines, for GitHub Actions.
std::vector<ui::Annotation> annotations(const lifecycle::check::Report&, const Files&);

std::string text(const lifecycle::check::Report&, const Files&, const ui::Style&);
json::Value document(const lifecycle::check::Report&, const Files&, int status);

} // namespace codemate::cli::check
