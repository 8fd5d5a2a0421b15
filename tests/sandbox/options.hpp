#pragma once

#include "sandbox/source.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::sandbox {

struct Options {
    enum class What { serve, help, version } what = What::serve;
    std::uint16_t port = 0;
    std::filesystem::path store;   // empty: a temporary one
    std::filesystem::path catalog; // empty: the built-in one
    std::vector<std::string> faults;
    Waits waits;
};

Options parse_options(std::span<const std::string> arguments); // throws Error{usage}
std::string help_text();

} // namespace codemate::sandbox
