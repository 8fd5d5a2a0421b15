#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/benchmark.hpp"

#include <string>
#include <vector>

// Several requests at once. `alone`: the runs of the same model without others.
namespace codemate::cli::benchmark {

std::string load_text(const std::vector<state::Load>&, const std::vector<state::Sample>& alone, std::size_t columns);
json::Value load_json(const std::vector<state::Load>&, const std::vector<state::Sample>& alone);

} // namespace codemate::cli::benchmark
