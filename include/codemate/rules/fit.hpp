#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/machine/memory.hpp"
#include "codemate/model/image.hpp"

#include <optional>
#include <string_view>
#include <vector>

// Whether a model can be loaded where the server runs. By its weights alone: what a context takes beside them stands in
// their header, which is known only when they are there (rules/memory.hpp). So "it fits" means that nothing speaks
// against it, and it is never a reason to refuse anything.
namespace codemate::rules {

// What is loaded of an image: weights, projectors, adapters, drafts, tensors.
ByteCount weights_of(const Image&);

// The memory of one computer, as far as it is known.
struct MemoryOf {
    std::optional<ByteCount> main{};                 // all that is built in
    std::optional<std::vector<machine::Gpu>> gpus{}; // nothing: not known; empty: it has none

    std::optional<ByteCount> on_gpus() const;
};

enum class Fit {
    unknown,
    gpu,       // into the memory of the GPUs
    split,     // a part of it there, the rest into main memory: slower
    main,      // into main memory
    too_large, // into neither
};
std::string_view to_string(Fit); // the enumerator's name, as it stands in JSON

Fit fit(ByteCount weights, const MemoryOf&);

} // namespace codemate::rules
