#pragma once

#include "codemate/lifecycle/outdated.hpp"

namespace codemate::lifecycle::outdated {

// Asks registry and server for what one inquiry lacks: one question to the registry where nothing has changed.
void inquire(Inquiry&, const Options&, const Ports&, Stop);

// What is known of the layers that are expected: from the lock's entry; nothing where that has only a digest.
std::optional<Image> expected_image(const Inquiry&);

// Whether the server has installed what is expected, so that it can answer for it.
bool expected_is_installed(const Inquiry&);

} // namespace codemate::lifecycle::outdated
