#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/embeddings.hpp"
#include "codemate/ui/style.hpp"

#include <string>

namespace codemate::cli::embeddings {

enum class Steps { where_needed, always };

std::string text(const lifecycle::embeddings::Facts&, const lifecycle::embeddings::Report&, Steps, std::size_t columns,
                 const ui::Style&);
json::Value document(const lifecycle::embeddings::Facts&, const lifecycle::embeddings::Report&, int status);

} // namespace codemate::cli::embeddings
