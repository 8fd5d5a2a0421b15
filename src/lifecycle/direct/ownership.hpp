#pragma once

#include "codemate/lifecycle/direct.hpp"

#include <string>
#include <string_view>

namespace codemate::lifecycle::direct {

// As the server would have made them: 0644 and 0755 but for the umask, and the directory's owner where codemate is
// root.
store::Ownership file_ownership(store::Disk&, const Options&);
store::Ownership directory_ownership(store::Disk&, const Options&);

// All directories above that path, where they are not there.
void make_parents(store::Disk&, std::string_view path, const Options&);

} // namespace codemate::lifecycle::direct
