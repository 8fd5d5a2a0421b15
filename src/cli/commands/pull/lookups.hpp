#pragma once

#include "cli/wiring.hpp"

#include "codemate/registry/registry.hpp"

#include <memory>

namespace codemate::cli::pull {

enum class Places { each_at_its_host, one_for_all };

// The registry, for the look-ups before a pull that no server tries again: they are, and the progress says so. It must
// not outlive `registry` and the wiring.
std::unique_ptr<registry::Registry> for_lookups(registry::Registry& registry, int retries, Places, Wiring&);

} // namespace codemate::cli::pull
