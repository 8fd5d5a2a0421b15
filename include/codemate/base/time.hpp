#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace codemate {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// RFC 3339 with an offset or Z and up to 9 digits of fraction, as Ollama writes its times. Nothing if it is not one.
std::optional<Time> parse_rfc3339(std::string_view);

// "2026-08-20T10:11:12.123456789Z": UTC, fraction without trailing zeros, none if whole.
std::string to_rfc3339(Time);

// "3 hours ago", "2 weeks from now": the words of `ollama list` (format/time.go).
std::string relative_to(Time now, Time then);
// The same inside a sentence: "less than a second ago".
std::string relative_in_text(Time now, Time then);

// For people: "850ms", "4.2s", "1m12s", "2h05m".
std::string to_text(Duration);

// "90s", "1m30s", "500ms", "2h", and a bare number as seconds. Throws Error{usage}; also for a negative one.
Duration parse_duration(std::string_view);

double in_seconds(Duration);

} // namespace codemate
