#pragma once

#include "codemate/checkout/files.hpp"

namespace codemate::checkout {

// What git says of a directory; nothing where there is no git or the directory is none of its checkouts, or it ignores
// all of it. Directories that are checkouts of their own stand among the files.
std::optional<std::vector<std::string>> files_of_git(const std::filesystem::path&, machine::Programs&, const Stop&);

void walk(const std::filesystem::path&, Listing&, const Stop&);

bool is_in_checkout(const std::filesystem::path&); // there is a .git in it, or above it

} // namespace codemate::checkout
