#pragma once

#include <cstddef>
#include <string>

namespace codemate {

// Hexadecimal digits that nobody can guess, from the system's own source (getrandom). Throws Error{defect} where the
// system has none.
std::string random_hex(std::size_t digits);

double random_fraction(); // from 0 to 1, without 1

} // namespace codemate
