#pragma once

#include <string>
#include <string_view>

namespace codemate::ui {

// Colour never carries a meaning alone: every styled text says the same without it.
class Style {
public:
    explicit Style(bool colour) : colour_(colour) {}
    std::string bold(std::string_view) const;
    std::string faint(std::string_view) const;
    std::string good(std::string_view) const; // green
    std::string warn(std::string_view) const; // yellow
    std::string bad(std::string_view) const;  // red

private:
    std::string paint(const char* code, std::string_view) const;
    bool colour_;
};

} // namespace codemate::ui
