#include "codemate/base/bytes.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace codemate {
namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array<Unit, 9> units{{{"b", 1},
                                     {"kb", 1e3},
                                     {"mb", 1e6},
                                     {"gb", 1e9},
                                     {"tb", 1e12},
                                     {"kib", 1024.0},
                                     {"mib", 1048576.0},
                                     {"gib", 1073741824.0},
                                     {"tib", 1099511627776.0}}};

double factor_of(std::string_view unit) {
    if (unit.empty()) return 1;
    for (const Unit& known : units) {
        if (equal_ignoring_case(unit, known.name)) return known.factor;
    }
    return 0;
}

} // namespace

ByteCount ByteCount::parse(std::string_view text) {
    const std::string_view body = trimmed(text);
    double number = 0;
    const auto [end, problem] =
        std::from_chars(body.data(), body.data() + body.size(), number, std::chars_format::fixed);
    const double factor = factor_of(trimmed(body.substr(static_cast<std::size_t>(end - body.data()))));
    const double count = std::round(number * factor);
    if (problem != std::errc{} || factor == 0 || !(count >= 0) || count >= 18446744073709551616.0) {
        throw Error(Kind::usage, quoted(text) + " is no size")
            .hint("write a number and a unit, such as 10GB, 4.7 GB or 512MiB");
    }
    return ByteCount(static_cast<std::uint64_t>(count));
}

std::string to_string(ByteCount bytes) {
    constexpr std::array<std::string_view, 5> names{"B", "KB", "MB", "GB", "TB"};
    const std::uint64_t count = bytes.count();
    std::uint64_t unit = 1;
    std::size_t index = 0;
    while (index + 1 < names.size() && count / unit >= 1000) {
        unit *= 1000;
        ++index;
    }
    const double value = static_cast<double>(count) / static_cast<double>(unit);
    std::array<char, 32> text{};
    // As Ollama prints them: 12.9 GB is "12 GB", 4.0 GB is "4.0 GB" unless it is exactly whole.
    if (count / unit >= 10 || count % unit == 0) {
        std::snprintf(text.data(), text.size(), "%llu", static_cast<unsigned long long>(count / unit));
    } else {
        std::snprintf(text.data(), text.size(), "%.1f", value);
    }
    return std::string(text.data()) + " " + std::string(names[index]);
}

} // namespace codemate
