#pragma once

#include "codemate/manifest/manifest.hpp"

#include <string>
#include <vector>

namespace codemate::cli {

// The hosts of those targets that were written with http://: asked without TLS. Throws what manifest::resolve() does.
std::vector<std::string> plain_http_hosts(const std::vector<std::string>& targets, const manifest::Manifest&);

} // namespace codemate::cli
