#pragma once

#include "codemate/lifecycle/refs.hpp"

#include <filesystem>
#include <string>

namespace codemate::cli {

class Wiring;

// The project whose files are searched: the directory of the manifest where one stands in it or below, else where one
// stands.
struct Project {
    std::filesystem::path directory; // absolute
    std::filesystem::path here;      // where one stands

    std::string shown(const std::string& file) const; // as one would type it from here
};
Project project_of(Wiring&);

// The model names in its files. The server is asked what is installed only if that is wanted, for a second at most, and
// its silence is no failure.
enum class AskServer { no, briefly };
lifecycle::refs::Facts references_in(const Project&, const manifest::Lock*, AskServer, Wiring&); // lock: nullptr: none

// A warning for each line of .codemateignore that is not followed.
void warn_of_patterns(const lifecycle::refs::Facts&, const Project&, Wiring&);

// In GitHub Actions, on stderr: what is wrong at its line. Elsewhere nothing.
void annotate(const lifecycle::refs::Report&, const Project&, Wiring&);

// "misspelt: did you mean mistral?", "locked, not installed"
std::string state_text(const lifecycle::refs::Item&);

} // namespace codemate::cli
