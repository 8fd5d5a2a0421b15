#pragma once

#include "cli/wiring.hpp"

#include "codemate/lifecycle/pull.hpp"
#include "codemate/registry/registry.hpp"

namespace codemate::cli::pull {

// What `codemate pull` does its work with, through a server. The registry and the wiring have to live as long.
lifecycle::pull::Ports ports_of(registry::Registry&, Wiring&);

} // namespace codemate::cli::pull
