#include "codemate/ui/message.hpp"

#include "codemate/base/text.hpp"

namespace codemate::ui {
namespace {

constexpr std::size_t longest_message = 4000; // bytes; a list of many names is longer than a server's text

std::string line(std::string_view label, std::string_view text) {
    return "codemate: " + std::string(label) + " " + printable(text, longest_message) + "\n";
}

} // namespace

std::string error_text(const Error& error, const Style& style) {
    std::string text = line(style.bad("error:"), error.message());
    for (const std::string& note : error.notes())
        text += "  " + printable(note, longest_message) + "\n";
    if (const std::string hint = error.hint(); !hint.empty())
        text += style.bold("hint:") + " " + printable(hint, longest_message) + "\n";
    return text;
}

std::string warning_text(std::string_view text, const Style& style) {
    return line(style.warn("warning:"), text);
}

std::string note_text(std::string_view text, const Style& style) {
    return line(style.faint("note:"), text);
}

json::Value error_json(const Error& error) {
    json::Value value = json::Value::object();
    value.set("kind", to_string(error.kind()));
    value.set("message", error.message());
    if (const std::string hint = error.hint(); !hint.empty()) value.set("hint", hint);
    if (error.notes().empty()) return value;
    json::Value notes = json::Value::array();
    for (const std::string& note : error.notes())
        notes.add(note);
    value.set("notes", std::move(notes));
    return value;
}

json::Value envelope(std::string_view command, int schema_version, int status) {
    json::Value value = json::Value::object();
    value.set("schema", "codemate/" + std::string(command) + "/" + std::to_string(schema_version));
    value.set("ok", status == 0);
    value.set("status", status);
    return value;
}

} // namespace codemate::ui
