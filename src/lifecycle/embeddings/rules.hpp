#pragma once

#include "codemate/lifecycle/embeddings.hpp"

namespace codemate::lifecycle::embeddings {

using Findings = std::vector<Finding>;

// The store, its collections and what the manifest says of it, beside the model's dimension in the report.
void check_store(const Facts&, Report&, Findings&);

} // namespace codemate::lifecycle::embeddings
