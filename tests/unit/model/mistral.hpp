#pragma once

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <string>

namespace codemate::test {

// A file of tests/data/mistral, byte for byte.
inline std::string mistral(const std::string& name) {
    return read_text(std::filesystem::path(CODEMATE_TEST_DATA) / "mistral" / name);
}

} // namespace codemate::test
