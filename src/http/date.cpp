#include "codemate/http/date.hpp"

#include "codemate/base/text.hpp"

#include <array>
#include <charconv>

namespace codemate::http {
namespace {

std::optional<int> number(std::string_view digits) {
    int value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = failure == std::errc{} && end == digits.data() + digits.size() && value >= 0;
    return whole ? std::optional(value) : std::nullopt;
}

std::optional<unsigned> month(std::string_view word) {
    constexpr std::array names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (unsigned i = 0; i < names.size(); ++i) {
        if (word == names[i]) return i + 1;
    }
    return std::nullopt;
}

} // namespace

std::optional<Time> parse_date(std::string_view text) {
    using namespace std::chrono;
    text = trimmed(text);
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
    if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':') return std::nullopt;
    const auto day_number = number(text.substr(5, 2)), year_number = number(text.substr(12, 4));
    const auto hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
               second = number(text.substr(23, 2));
    const auto in_year = month(text.substr(8, 3));
    if (!day_number || !year_number || !in_year || !hour || !minute || !second) return std::nullopt;
    const year_month_day date{year(*year_number), std::chrono::month(*in_year),
                              day(static_cast<unsigned>(*day_number))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    // What lies outside 64 bits of nanoseconds is their end, as in parse_rfc3339.
    if (*year_number < 1678) return Time::min();
    if (*year_number > 2261) return Time::max();
    return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
}

} // namespace codemate::http
