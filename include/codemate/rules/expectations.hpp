#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/manifest/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The manifest's `expect` beside what is known of a model: asked when a digest is locked, and by verify.
namespace codemate::rules {

// What is known of a model, wherever it is.
struct Known {
    std::optional<ByteCount> size{};
    std::string quantization{};                       // empty: not known
    std::optional<std::uint64_t> supported_context{}; // that the weights were made for, in tokens
    std::optional<std::vector<Digest>> licenses{};    // of its licence layers
};

struct Breach {
    enum class What { size, quantization, context, license };
    enum class Certainty { broken, not_known };
    What what = What::size;
    Certainty certainty = Certainty::broken;
    std::string text{}; // "is Q4_K_M, expected Q4_0"; fit for a terminal
};

// What does not hold, or cannot be told; in the order of What. Whether it runs on a GPU only a loaded model tells: not
// here. Pure.
std::vector<Breach> breaches(const manifest::Expect&, const Known&);

// Why such a model must not be pinned, Error{check}; nothing where no expectation is broken.
std::optional<Error> unfit_to_pin(const manifest::Expect&, const Known&);

} // namespace codemate::rules
