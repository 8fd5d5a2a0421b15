#pragma once

#include <cstdint>
#include <string>

namespace codemate::machine {

// A word that is another one each time the computer is started. Empty where the system does not say.
std::string boot_id();

// The permission bits that new files of this process do not get. Nothing is changed.
std::uint32_t hidden_modes();

} // namespace codemate::machine
