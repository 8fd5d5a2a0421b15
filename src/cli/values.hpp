#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/time.hpp"

#include <string>

// Values of options. All throw Error{usage} that names the option.
namespace codemate::cli {

Duration duration(const std::string& option, const std::string& value); // "90s", "10m"; longer than nothing
ByteCount bytes(const std::string& option, const std::string& value);   // "20GB", "512MiB"; more than nothing
ByteCount rate(const std::string& option, const std::string& value);    // "5MB/s", "500k", "1MiB/s": bytes a second
int number(const std::string& option, const std::string& value, int least, int most);

double share(const std::string& option, const std::string& value); // "10%", "2.5%": 0.1, 0.025; below 1000 %

} // namespace codemate::cli
