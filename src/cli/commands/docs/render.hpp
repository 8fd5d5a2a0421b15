#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/docs.hpp"
#include "codemate/ui/style.hpp"

#include <string>
#include <vector>

namespace codemate::cli::docs {

std::string text(const lifecycle::docs::Report&, const std::string& document, const std::string& history);
std::string findings_text(const std::vector<lifecycle::docs::Finding>&, const std::string& document, const ui::Style&);

json::Value document(const lifecycle::docs::Report&, bool dry_run, const std::string& path, const manifest::Origin&);
json::Value findings_document(const std::vector<lifecycle::docs::Finding>&, const std::string& path, int status,
                              const manifest::Origin&);

} // namespace codemate::cli::docs
