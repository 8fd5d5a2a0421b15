#include "sandbox/message.hpp"

#include "codemate/base/text.hpp"

namespace codemate::sandbox {

const std::string* Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (equal_ignoring_case(key, name)) return &value;
    return nullptr;
}

} // namespace codemate::sandbox
