#include "codemate/ui/style.hpp"

namespace codemate::ui {

// SGR parameters, ECMA-48 8.3.117.
std::string Style::bold(std::string_view text) const {
    return paint("1", text);
}
std::string Style::faint(std::string_view text) const {
    return paint("2", text);
}
std::string Style::good(std::string_view text) const {
    return paint("32", text);
}
std::string Style::warn(std::string_view text) const {
    return paint("33", text);
}
std::string Style::bad(std::string_view text) const {
    return paint("31", text);
}

std::string Style::paint(const char* code, std::string_view text) const {
    if (!colour_ || text.empty()) return std::string(text);
    return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

} // namespace codemate::ui
