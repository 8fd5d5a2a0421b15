#pragma once

#include "cli/commands/verify/repair.hpp"
#include "cli/commands/verify/through_server.hpp"
#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/verify.hpp"
#include "codemate/ui/annotation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::cli::verify {

// What the search for the models directory came to, and how to get there all the same.
struct Search {
    lifecycle::locate::Report report; // without the store
    std::vector<std::string> ways;
};

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::verify::Report&, std::size_t columns);
std::string markdown(const lifecycle::verify::Report&);
std::vector<ui::Annotation> annotations(const lifecycle::verify::Report&); // one for each model with a problem
json::Value document(const lifecycle::verify::Report&, const std::optional<Search>&, const std::optional<Repair>&,
                     const std::optional<Reinstall>&, int status, Wiring&);

} // namespace codemate::cli::verify
