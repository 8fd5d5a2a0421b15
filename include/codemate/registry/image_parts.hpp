#pragma once

#include "codemate/registry/registry.hpp"

#include <cstdint>
#include <optional>

namespace codemate::registry {

// The longest context that the image's weights were made for, in tokens: read from the header of their GGUF file, of
// which a small part is fetched, at most a few megabytes. Nothing where the header does not say it. Throws what
// blob_head() does.
// A registry that has the manifest, but not these weights: Error{damaged}, for it is no registry without the model.
std::optional<std::uint64_t> supported_context(Registry&, const ModelName& source, const Image&, Stop);

// The image's configuration, at most 4 MiB. Throws as supported_context() does, and Error{protocol}.
Configuration configuration(Registry&, const ModelName& source, const Image&, Stop);

} // namespace codemate::registry
