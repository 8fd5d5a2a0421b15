#pragma once

#include "codemate/http/url.hpp"
#include "codemate/json/value.hpp"
#include "codemate/lifecycle/du.hpp"
#include "codemate/ui/style.hpp"

#include <string>

namespace codemate::cli::du {

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::du::Report&, const lifecycle::du::Options&, std::size_t columns, const ui::Style&);
// `directory`: that was read; `why_not`: where it was not.
json::Value document(const lifecycle::du::Report&, const std::string& directory, const std::string& why_not,
                     const http::Url& server);

} // namespace codemate::cli::du
