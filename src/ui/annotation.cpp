#include "codemate/ui/annotation.hpp"

namespace codemate::ui {
namespace {

// https://docs.github.com/actions, "Workflow commands": what the runner unescapes; in properties two letters more.
enum class Where { data, property };
std::string escaped(std::string_view text, Where where) {
    std::string result;
    for (const char letter : text) {
        if (letter == '%')
            result += "%25";
        else if (letter == '\r')
            result += "%0D";
        else if (letter == '\n')
            result += "%0A";
        else if (letter == ':' && where == Where::property)
            result += "%3A";
        else if (letter == ',' && where == Where::property)
            result += "%2C";
        else
            result += letter;
    }
    return result;
}

} // namespace

std::string error_annotation(std::string_view file, std::size_t line, std::string_view text) {
    if (file.starts_with("./")) file.remove_prefix(2);
    std::string command = "::error file=" + escaped(file, Where::property);
    if (line != 0) command += ",line=" + std::to_string(line);
    return command + "::" + escaped(text, Where::data) + "\n";
}

} // namespace codemate::ui
