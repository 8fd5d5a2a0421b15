#pragma once

#include "codemate/manifest/manifest.hpp"

#include <stdexcept>
#include <string_view>

namespace codemate::test {

// A manifest for a test; one with mistakes is the test's own mistake.
inline manifest::Manifest manifest_of(std::string_view text) {
    manifest::Parsed parsed = manifest::parse(text, {manifest::Origin::How::found, "codemate.json"});
    if (!parsed.problems.empty())
        throw std::logic_error(parsed.problems.front().path + ": " + parsed.problems.front().text);
    return parsed.manifest;
}

} // namespace codemate::test
