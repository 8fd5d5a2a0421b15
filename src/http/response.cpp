#include "codemate/base/text.hpp"
#include "codemate/http/client.hpp"

#include <algorithm>

namespace codemate::http {

const std::string* Response::header(std::string_view name) const {
    const auto found =
        std::ranges::find_if(headers, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
    return found == headers.end() ? nullptr : &found->value;
}

} // namespace codemate::http
