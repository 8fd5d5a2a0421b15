#pragma once

#include "codemate/base/time.hpp"

#include <optional>
#include <string_view>

namespace codemate::http {

// The value of a header Date, "Sun, 06 Nov 1994 08:49:37 GMT": the form that servers have to send (RFC 9110, 5.6.7).
// Nothing for any other, the two obsolete ones included. Years that a Time does not hold are Time::min() and max().
std::optional<Time> parse_date(std::string_view);

} // namespace codemate::http
