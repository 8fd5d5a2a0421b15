#pragma once

#include "codemate/lifecycle/prune.hpp"

namespace codemate::cli {

class Wiring;

namespace prune {

struct Line {
    lifecycle::prune::Options options;
    bool dry_run = false;
    bool yes = false;
    bool only_this_manifest = false;
};

// What `prune` and `rm` do from here on: gather, plan, ask, execute, show. The exit status.
int remove_models(const Line&, Wiring&);

} // namespace prune
} // namespace codemate::cli
