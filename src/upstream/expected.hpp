#pragma once

#include "codemate/upstream/upstream.hpp"

namespace codemate::upstream {

// What is known of the layers that are expected: from the lock's entry; nothing where that has only a digest.
std::optional<Image> expected_image(const Inquiry&);

// Whether the server has installed what is expected, so that it can answer for it.
bool expected_is_installed(const Inquiry&);

} // namespace codemate::upstream
