#include "json/layout.hpp"

#include "codemate/base/text.hpp"
#include "codemate/json/edit.hpp"

#include <algorithm>

namespace codemate::json {
namespace {

constexpr std::size_t widest = 100;

bool is_empty(const Value& value) {
    return value.members().empty() && value.elements().empty();
}

// In one line, with the spaces that people write: { "a": [1, 2] }
std::string in_a_line(const Value& value) {
    if (is_empty(value)) return to_line(value);
    std::string text;
    for (const Value& element : value.elements())
        text += (text.empty() ? "" : ", ") + in_a_line(element);
    if (value.is_array()) return "[" + text + "]";
    for (const Member& member : value.members())
        text += (text.empty() ? "" : ", ") + to_line(Value(member.key)) + ": " + in_a_line(member.value);
    return "{ " + text + " }";
}

bool holds_filled_object(const Value& value) {
    const auto filled = [](const Value& inner) {
        return (inner.is_object() && !is_empty(inner)) || holds_filled_object(inner);
    };
    const auto members = value.members();
    const auto elements = value.elements();
    return std::any_of(elements.begin(), elements.end(), filled) ||
           std::any_of(members.begin(), members.end(), [&](const Member& member) { return filled(member.value); });
}

bool fits(const std::string& line, std::size_t before) {
    return before + display_width(line) <= widest;
}

class Writer {
public:
    explicit Writer(const Layout& layout) : layout_(layout) {}

    void write(const Value& value, const std::string& indent, std::size_t before) {
        const std::string line = in_a_line(value);
        if (is_empty(value) || (!holds_filled_object(value) && fits(line, before))) {
            text_ += line;
            return;
        }
        const std::string inner = indent + layout_.unit;
        text_ += value.is_array() ? '[' : '{';
        bool first = true;
        for (const Value& element : value.elements()) {
            start_item(inner, first);
            write(element, inner, inner.size() + 1);
        }
        for (const Member& member : value.members()) {
            start_item(inner, first);
            const std::string key = to_line(Value(member.key)) + ": ";
            text_ += key;
            write(member.value, inner, inner.size() + display_width(key) + 1);
        }
        text_ += layout_.newline + indent + (value.is_array() ? ']' : '}');
    }
    std::string take() { return std::move(text_); }

private:
    void start_item(const std::string& indent, bool& first) {
        if (!first) text_ += ',';
        first = false;
        text_ += layout_.newline + indent;
    }

    const Layout& layout_;
    std::string text_;
};

} // namespace

Layout Layout::of(std::string_view text, const Value& root) {
    Layout layout;
    const std::size_t newline = text.find('\n');
    if (newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r') layout.newline = "\r\n";
    if (root.members().empty()) return layout;
    const std::size_t key = root.members().front().key_extent.begin;
    const std::size_t line = text.find_last_of("\r\n", key);
    if (line == std::string_view::npos) return layout;
    const std::string_view indent = text.substr(line + 1, key - line - 1);
    if (!indent.empty() && indent.find_first_not_of(" \t") == std::string_view::npos) layout.unit = indent;
    return layout;
}

std::string Layout::written(const Value& value, std::string_view indent, std::size_t before, Lines lines) const {
    if (lines == Lines::one) return in_a_line(value);
    Writer writer(*this);
    writer.write(value, std::string(indent), before);
    return writer.take();
}

std::string to_layout(const Value& value) {
    return Layout{}.written(value, "", 0, Layout::Lines::several);
}

} // namespace codemate::json
