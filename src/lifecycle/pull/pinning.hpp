#pragma once

#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

// The image with that digest that the step brings: by its pin, or by what its tag serves, for which a registry is asked
// that has three seconds for its answer.
std::optional<Image> find_image(const Step&, const Digest&, const Ports&, const Stop&);

// First use: what is installed becomes the pin, with the manifest's bytes where the image is known. Throws
// Error{check} for what the manifest does not expect, and what LockFile::update() does. Nothing is changed where
// another process has pinned the model meanwhile; then it returns false.
bool record_pin(const Step&, const ollama::Installed&, std::optional<Image>, const Ports&, Stop);

// The pinned manifest's bytes go into an entry that lacks them.
void record_manifest(const Step&, const Ports&, Stop);

// Another digest of the pinned content goes into its entry.
void record_same(const Step&, const Ports&, Stop);

} // namespace codemate::lifecycle::pull
