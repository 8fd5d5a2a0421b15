#include "codemate/base/version.hpp"

namespace codemate {

std::string_view version() {
    return CODEMATE_VERSION;
}

} // namespace codemate
