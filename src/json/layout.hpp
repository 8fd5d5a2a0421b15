#pragma once

#include "codemate/json/value.hpp"

#include <string>
#include <string_view>

namespace codemate::json {

// How a text is laid out, so that what is added to it looks alike.
struct Layout {
    enum class Lines { one, several };

    std::string newline = "\n";
    std::string unit = "  "; // one level of indentation

    static Layout of(std::string_view text, const Value& root);

    // A value that begins behind `before` columns of a line that is indented by `indent`.
    std::string written(const Value&, std::string_view indent, std::size_t before, Lines) const;
};

} // namespace codemate::json
