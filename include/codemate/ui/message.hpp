#pragma once

#include "codemate/base/error.hpp"
#include "codemate/json/value.hpp"
#include "codemate/ui/style.hpp"

#include <string>
#include <string_view>

namespace codemate::ui {

// "codemate: error: …", its notes indented below, "hint: …"; each on a line of its own, control characters escaped.
std::string error_text(const Error&, const Style&);
std::string warning_text(std::string_view, const Style&); // "codemate: warning: …"
std::string note_text(std::string_view, const Style&);    // "codemate: note: …"

// {"kind":"not_found","message":…,"hint":…,"notes":[…]}; hint and notes only where there are any.
json::Value error_json(const Error&);

// The beginning of every --json document: {"schema":"codemate/list/1","ok":true,"status":0}; ok means status 0.
json::Value envelope(std::string_view command, int schema_version, int status);

} // namespace codemate::ui
