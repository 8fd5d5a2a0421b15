#pragma once

#include "sandbox/source.hpp"

#include <memory>

namespace codemate::sandbox {

// The one that knows how HTTP is asked for: plain HTTP, to any address.
std::shared_ptr<Fetch> make_fetch();

} // namespace codemate::sandbox
