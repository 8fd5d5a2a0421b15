#pragma once

#include "codemate/base/time.hpp"

#include <string>

// Values of options. All throw Error{usage} that names the option.
namespace codemate::cli {

Duration duration(const std::string& option, const std::string& value); // "90s", "10m"; longer than nothing
int number(const std::string& option, const std::string& value, int least, int most);

} // namespace codemate::cli
