#include "cli/values.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <charconv>

namespace codemate::cli {

Duration duration(const std::string& option, const std::string& value) {
    try {
        const Duration parsed = parse_duration(value);
        if (parsed > Duration{0}) return parsed;
    } catch (Error& error) {
        throw error.context(option);
    }
    throw Error(Kind::usage, option + ": " + quoted(value) + " is no length of time").hint("as in 90s, 10m, 1h30m");
}

ByteCount bytes(const std::string& option, const std::string& value) {
    try {
        const ByteCount parsed = ByteCount::parse(value);
        if (parsed > ByteCount()) return parsed;
    } catch (Error& error) {
        throw error.context(option);
    }
    throw Error(Kind::usage, option + ": " + quoted(value) + " is no amount of bytes").hint("as in 20GB, 512MiB");
}

ByteCount rate(const std::string& option, const std::string& value) {
    constexpr std::string_view a_second = "/s", multiples = "kKmMgG";
    std::string size = value;
    if (size.ends_with(a_second)) size.resize(size.size() - a_second.size());
    if (!size.empty() && multiples.find(size.back()) != std::string_view::npos) size += 'B';
    try {
        const ByteCount parsed = ByteCount::parse(size);
        if (parsed > ByteCount()) return parsed;
    } catch (const Error&) { // its hint is that of a size
    }
    throw Error(Kind::usage, option + ": " + quoted(value) + " is no rate").hint("as in 5MB/s, 500k, 1MiB/s");
}

int number(const std::string& option, const std::string& value, int least, int most) {
    int parsed = 0;
    const char* const end = value.data() + value.size();
    const auto [rest, problem] = std::from_chars(value.data(), end, parsed);
    if (problem == std::errc{} && rest == end && parsed >= least && parsed <= most) return parsed;
    throw Error(Kind::usage, option + ": " + quoted(value) + " is no number from " + std::to_string(least) + " to " +
                                 std::to_string(most));
}

double share(const std::string& option, const std::string& value) {
    double percent = 0;
    const char* const end = value.data() + value.size();
    const auto [rest, problem] = std::from_chars(value.data(), end, percent);
    if (problem == std::errc{} && std::string_view(rest, end) == "%" && percent >= 0 && percent < 1000)
        return percent / 100;
    throw Error(Kind::usage, option + ": " + quoted(value) + " is no share").hint("as in 10%");
}

} // namespace codemate::cli
