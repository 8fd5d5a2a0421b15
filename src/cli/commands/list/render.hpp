#pragma once

#include "codemate/http/url.hpp"
#include "codemate/json/value.hpp"
#include "codemate/lifecycle/list.hpp"

#include <string>

namespace codemate::cli::list {

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::list::Report&, const lifecycle::list::Options&, std::size_t columns);
json::Value document(const lifecycle::list::Report&, const lifecycle::list::Options&, const manifest::Manifest&,
                     const http::Url& server);

} // namespace codemate::cli::list
