#pragma once

#include "cli/commands/benchmark/render.hpp"

#include <vector>

namespace codemate::cli::benchmark {

// The gate's verdict on a measured model: sets `verdict` and `why`. `share`: by how much a token may take longer.
void judge(Row&, double share);

// 3 where the gate has failed, else what kept models from being measured, 2 where there is no verdict, 0.
int status_of(const std::vector<Row>&);

} // namespace codemate::cli::benchmark
