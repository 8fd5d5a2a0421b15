#pragma once

#include "codemate/lifecycle/prune.hpp"

#include <string>
#include <vector>

namespace codemate::lifecycle::prune {

// Which of the installed models the targets mean.
struct Choice {
    struct Chosen {
        std::size_t model; // into Facts::installed
        bool named;        // by its own name or a role, not as one of several
    };
    std::vector<Chosen> models;            // by name, each once; never a helper of a pull that may be at work
    std::vector<ModelName> absent;         // named, and not installed
    std::vector<std::string> fits_nothing; // patterns
};

Choice choose(const Facts&, const Options&); // pure; throws Error{usage}

} // namespace codemate::lifecycle::prune
