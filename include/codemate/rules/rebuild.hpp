#pragma once

#include "codemate/manifest/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

// How a store of vectors is built anew with another model: what people have to do, in command lines that are printed
// and never run. Pure.
namespace codemate::rules {

struct RebuildStep {
    enum class What { stop, backup, test, remove, install, rebuild, accept };
    What what;
    std::string text;    // what is done, and why
    std::string command; // for a POSIX shell in the manifest's directory; empty: the project's own business
};
std::string_view to_string(RebuildStep::What); // the enumerator's name, as it stands in JSON

struct Rebuild {
    std::vector<RebuildStep> steps;
    std::vector<std::string> traps; // a sentence or two each
};

enum class Seen { yes, no }; // whether the store is in the directory that the manifest names

// Of the manifest's vector store (without one: no steps), for the model that shall make its vectors. A directory is
// removed by a command only where a store was seen in it and it is within the project.
Rebuild rebuild_with(const manifest::Manifest&, const ModelName&, Seen);

} // namespace codemate::rules
