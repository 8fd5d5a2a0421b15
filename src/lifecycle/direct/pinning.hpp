#pragma once

#include "codemate/lifecycle/direct.hpp"

namespace codemate::lifecycle::direct {

// Of a first use, whose blobs are in the directory: Error{check} for what the manifest does not expect.
void throw_if_unexpected(const Step&, store::Disk&);

// What was installed becomes the pin. False where another process has pinned the model meanwhile. Throws what
// LockFile::update() does.
bool record_pin(const Step&, const Ports&, Stop);

} // namespace codemate::lifecycle::direct
