#pragma once

#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/types.hpp"

#include <cstdint>
#include <optional>

namespace codemate::rules {

// Three figures that are often mistaken for each other, in tokens; nothing: unknown.
struct Contexts {
    std::optional<std::uint64_t> declared{};  // by the manifest: expected, else asked for in `options`, else stated
    std::optional<std::uint64_t> supported{}; // that the weights were made for
    std::optional<std::uint64_t> served{};    // by the server now, while the model is loaded
};

// `running`: the entry of what runs that serves the model; nullptr: not loaded, or not known to be.
Contexts contexts_of(const manifest::Declared&, std::optional<std::uint64_t> supported, const ollama::Running* running);

std::optional<std::uint64_t> asked_context(const manifest::Declared&); // num_ctx of its options

} // namespace codemate::rules
