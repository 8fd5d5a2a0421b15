#include "codemate/base/text.hpp"
#include "codemate/http/client.hpp"

#include <algorithm>

namespace codemate::http {

const std::string* Response::header(std::string_view name) const {
    const auto found =
        std::ranges::find_if(headers, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
    return found == headers.end() ? nullptr : &found->value;
}

std::optional<Duration> Response::retry_after() const {
    const std::string* wait = header("Retry-After");
    const bool seconds =
        wait && !wait->empty() && wait->size() < 7 && wait->find_first_not_of("0123456789") == std::string::npos;
    return seconds ? std::optional<Duration>(std::chrono::seconds(std::stol(*wait))) : std::nullopt;
}

} // namespace codemate::http
