#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <optional>

// Why a plan is not carried out: what its models take is known by then. Pure.
namespace codemate::lifecycle::pull {

std::optional<Budget> budget_of(const Plan&, const Facts&);

// Error{storage} with the figures, and what nothing needs.
std::optional<Error> lack_of_room(const Plan&, const Facts&);

// Error{refused} with the figures, and what the required set consists of. Only where something of it is to be fetched:
// who has it already is not kept from having it.
std::optional<Error> excess_of_budget(const Plan&, const Facts&);

} // namespace codemate::lifecycle::pull
