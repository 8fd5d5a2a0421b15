#include "codemate/ui/markup.hpp"

#include <cctype>

namespace codemate::ui {

std::string html_escaped(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        switch (letter) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += letter;
        }
    }
    return result;
}

namespace {

bool is_word(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0;
}

} // namespace

// What begins emphasis, code, a link, an element or an entity; an underscore within a word begins nothing
// ("Q4_0"). What is special only at the beginning of a line is left: this text never stands there.
std::string markdown_escaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        const bool within =
            letter == '_' && i > 0 && i + 1 < text.size() && is_word(text[i - 1]) && is_word(text[i + 1]);
        if (letter == '\n' || letter == '\r')
            result += ' ';
        else if (letter == '<')
            result += "&lt;";
        else if (letter == '&')
            result += "&amp;";
        else if (!within && std::string_view("\\`*_[]|~").find(letter) != std::string_view::npos)
            result.append({'\\', letter});
        else
            result += letter;
    }
    return result;
}

// HTML and no fence: there is no length of fence that the text cannot have, and blank lines stay within.
std::string markdown_preformatted(std::string_view text) {
    return text.empty() ? "" : "<pre>" + html_escaped(text) + "</pre>\n";
}

} // namespace codemate::ui
