#pragma once

#include "codemate/state/benchmarks.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace codemate::cli::benchmark {

// What --baseline means: "last" all that is remembered of this server, 12 to 64 digits of a digest that of these which
// has it, everything else a file that --save wrote. Error{usage, not_found, storage, protocol}.
std::vector<state::Benchmark> baseline(const std::string& reference, const std::vector<state::Benchmark>& remembered);

// Replaces the file. Error{storage}.
void save(const std::filesystem::path&, const std::vector<state::Benchmark>&);

} // namespace codemate::cli::benchmark
