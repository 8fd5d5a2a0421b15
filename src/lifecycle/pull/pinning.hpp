#pragma once

#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

// First use: what is installed becomes the pin, with the manifest's bytes where the registry has them. Throws
// Error{check} for what the manifest does not expect, and what LockFile::update() does. Nothing is changed where
// another process has pinned the model meanwhile; then it returns false.
bool record_pin(const Step&, const ollama::Installed&, const Ports&, Stop);

// Another digest of the pinned content goes into its entry.
void record_same(const Step&, const Ports&, Stop);

} // namespace codemate::lifecycle::pull
