#pragma once

#include "cli/recovery.hpp"
#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/pull.hpp"

#include <optional>
#include <string>

namespace codemate::cli::pull {

std::string text(const lifecycle::pull::Plan&, std::size_t columns);   // of --dry-run
std::string text(const lifecycle::pull::Report&, std::size_t columns); // a row a model, and the sum
std::string markdown(const lifecycle::pull::Report&);
std::string question(const lifecycle::pull::Plan&); // whether to do what wants consent
// `refused`: why the plan is not carried out; nothing of --dry-run.
json::Value document(const lifecycle::pull::Plan&, const std::optional<Error>& refused, int status, Wiring&);
json::Value document(const lifecycle::pull::Report&, const Recovered&, int status, Wiring&);

} // namespace codemate::cli::pull
