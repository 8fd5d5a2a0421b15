#include "ui/runner_commands.hpp"

namespace codemate::ui {
namespace {

// What the runner would not take for white space. A quotation mark counts: in JSON it stands before every text.
bool begins_line(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '"';
}

} // namespace

std::string CommandFilter::pass(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = 1;
        const char c = text.front();
        if (text.starts_with("##[")) {
            result += "##\\u005b";
            length = 3;
            begun_ = true;
        } else if (!begun_ && text.starts_with("::")) {
            result += "\\u003a:";
            length = 2;
            begun_ = true;
        } else {
            result += c;
            begun_ = c != '\n' && c != '\r' && (begun_ || begins_line(c));
        }
        text.remove_prefix(length);
    }
    return result;
}

std::string escaped_data(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '%':
            result += "%25";
            break;
        case '\r':
            result += "%0D";
            break;
        case '\n':
            result += "%0A";
            break;
        default:
            result += c;
        }
    }
    return result;
}

} // namespace codemate::ui
