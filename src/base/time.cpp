#include "codemate/base/time.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace codemate {
namespace {

using namespace std::chrono;

// Reads from the front of a text; the first failure sticks.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (rest_.size() < count) good_ = false;
        for (std::size_t i = 0; good_ && i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') good_ = false;
            value = value * 10 + (rest_[i] - '0');
        }
        if (good_) rest_.remove_prefix(count);
        return good_ ? value : 0;
    }
    char one_of(std::string_view characters) {
        if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
            good_ = false;
            return '\0';
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    bool next_is(char c) const { return good_ && !rest_.empty() && rest_.front() == c; }
    nanoseconds fraction() {
        std::int64_t value = 0;
        std::int64_t unit = 100'000'000;
        std::size_t count = 0;
        while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
            value += (rest_[count] - '0') * unit;
            unit /= 10;
            ++count;
        }
        if (count == 0) good_ = false;
        rest_.remove_prefix(count);
        return nanoseconds(value);
    }
    bool good() const { return good_; }
    bool finished() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

minutes scan_offset(Scanner& scan) {
    const char sign = scan.one_of("Zz+-");
    if (sign == 'Z' || sign == 'z' || !scan.good()) return minutes(0);
    const int hour = scan.digits(2);
    scan.one_of(":");
    const int minute = scan.digits(2);
    const auto offset = hours(hour) + minutes(minute);
    return sign == '-' ? -offset : offset;
}

std::string several(std::int64_t count, std::string_view unit) {
    return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

// The words of Ollama's format/time.go.
std::string human_duration(nanoseconds span) {
    const std::int64_t second_count = duration_cast<seconds>(span).count();
    if (second_count < 1) return "Less than a second";
    if (second_count < 60) return several(second_count, "second");
    const std::int64_t minute_count = second_count / 60;
    if (minute_count == 1) return "About a minute";
    if (minute_count < 60) return several(minute_count, "minute");
    const std::int64_t hour_count = std::llround(static_cast<double>(second_count) / 3600.0);
    if (hour_count == 1) return "About an hour";
    if (hour_count < 48) return several(hour_count, "hour");
    const std::int64_t day_count = hour_count / 24;
    if (day_count < 14) return several(day_count, "day");
    if (day_count < 60) return several(day_count / 7, "week");
    if (day_count < 365 * 2) return several(day_count / 30, "month");
    return several(day_count / 365, "year");
}

std::string padded(std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

struct DurationUnit {
    std::string_view name;
    double nanoseconds;
};
constexpr std::array<DurationUnit, 7> duration_units{
    {{"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}}};

// Takes the unit from the front of the rest; 0 if there is none that is known.
double take_unit(std::string_view& rest) {
    for (const DurationUnit& unit : duration_units) {
        if (!rest.starts_with(unit.name)) continue;
        rest.remove_prefix(unit.name.size());
        return unit.nanoseconds;
    }
    return 0;
}

// Nanoseconds, or a negative number if the text is no duration.
double scan_duration(std::string_view rest) {
    double sum = 0;
    bool first = true;
    if (rest.empty()) return -1;
    while (!rest.empty()) {
        double number = 0;
        const auto [end, problem] =
            std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
        if (problem != std::errc{} || number < 0) return -1;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        const bool bare = rest.empty() && first;
        const double unit = bare ? 1e9 : take_unit(rest);
        if (unit == 0) return -1;
        sum += number * unit;
        first = false;
    }
    return sum;
}

} // namespace

std::optional<Time> parse_rfc3339(std::string_view text) {
    Scanner scan(text);
    const int y = scan.digits(4);
    scan.one_of("-");
    const int m = scan.digits(2);
    scan.one_of("-");
    const int d = scan.digits(2);
    scan.one_of("Tt ");
    const int hour = scan.digits(2);
    scan.one_of(":");
    const int minute = scan.digits(2);
    scan.one_of(":");
    const int second = scan.digits(2);
    nanoseconds fraction{0};
    if (scan.next_is('.')) {
        scan.one_of(".");
        fraction = scan.fraction();
    }
    const minutes offset = scan_offset(scan);
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    if (!scan.finished() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    // Go's zero time, year 1, and Ollama's "forever", year 2318, lie outside 64 bits of nanoseconds (1677 to 2262).
    const auto whole = sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - offset;
    if (y < 1678) return Time::min();
    if (y > 2261) return Time::max();
    return Time(whole) + fraction;
}

std::string to_rfc3339(Time time) {
    // The ends stand for what lies outside (parse_rfc3339): Go's zero time, Ollama's "forever".
    if (time == Time::min()) return "0001-01-01T00:00:00Z";
    if (time == Time::max()) return "9999-12-31T23:59:59Z";
    const auto whole_day = floor<days>(time);
    const year_month_day date(whole_day);
    const hh_mm_ss clock(time - whole_day);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    std::string result = text.data();
    if (const auto fraction = clock.subseconds().count(); fraction != 0) {
        std::snprintf(text.data(), text.size(), ".%09lld", static_cast<long long>(fraction));
        result += text.data();
        result.erase(result.find_last_not_of('0') + 1);
    }
    return result + "Z";
}

std::string relative_to(Time now, Time then) {
    if (then == Time::min()) return "Never";
    if (then == Time::max()) return "Forever";
    if (then > now) return human_duration(then - now) + " from now";
    return human_duration(now - then) + " ago";
}

std::string relative_in_text(Time now, Time then) {
    std::string text = relative_to(now, then);
    if (text.front() >= 'A' && text.front() <= 'Z') text.front() = static_cast<char>(text.front() - 'A' + 'a');
    return text;
}

std::string to_text(Duration span) {
    if (span < Duration::zero()) return "-" + to_text(-span);
    const std::int64_t millis = duration_cast<milliseconds>(span).count();
    if (millis < 1000) return std::to_string(millis) + "ms";
    if (millis < 10'000) {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%lld.%llds", static_cast<long long>(millis / 1000),
                      static_cast<long long>(millis % 1000 / 100));
        return text.data();
    }
    const std::int64_t total = millis / 1000;
    if (total < 60) return std::to_string(total) + "s";
    if (total < 3600) return std::to_string(total / 60) + "m" + padded(total % 60) + "s";
    return std::to_string(total / 3600) + "h" + padded(total / 60 % 60) + "m";
}

Duration parse_duration(std::string_view text) {
    const double span = scan_duration(trimmed(text));
    if (span < 0 || span > 9e18) {
        throw Error(Kind::usage, quoted(text) + " is no duration")
            .hint("write a number and a unit, such as 90s, 5m or 1h30m");
    }
    return Duration(std::llround(span));
}

double in_seconds(Duration span) {
    return duration<double>(span).count();
}

} // namespace codemate
