#pragma once

#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/repair.hpp"
#include "codemate/lifecycle/verify.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::cli::verify {

// What a repair would do or has done, beside the report of the check that came last.
struct Repair {
    lifecycle::repair::Plan plan;
    std::optional<lifecycle::repair::Report> report{};
    std::optional<Error> refusal{}; // why it was not done
};

// What is to be repaired of what a check found.
lifecycle::repair::Damage damage_of(const lifecycle::verify::Facts&, const lifecycle::verify::Report&);

std::vector<std::string> lines_of(const lifecycle::repair::Plan&); // for people, one a step
std::string question(const lifecycle::repair::Plan&, const std::string& store);
json::Value repair_json(const Repair&);

} // namespace codemate::cli::verify
