#include "codemate/ui/annotation.hpp"

#include "ui/runner_commands.hpp"

#include "codemate/ui/out.hpp"

namespace codemate::ui {
namespace {

// In a property these two would end it.
std::string escaped_property(const std::string& text) {
    std::string result;
    for (const char c : escaped_data(text)) {
        if (c == ':')
            result += "%3A";
        else if (c == ',')
            result += "%2C";
        else
            result += c;
    }
    return result;
}

} // namespace

// What it says is from elsewhere, and stands in a line that is not filtered any more.
std::string workflow_command(const Annotation& annotation) {
    std::string line = annotation.level == Annotation::Level::error ? "::error " : "::warning ";
    line += "title=codemate";
    if (!annotation.file.empty()) line += ",file=" + escaped_property(without_commands(annotation.file));
    if (annotation.line != 0) line += ",line=" + std::to_string(annotation.line);
    if (annotation.column != 0) line += ",col=" + std::to_string(annotation.column);
    return line + "::" + escaped_data(without_commands(annotation.text)) + "\n";
}

} // namespace codemate::ui
