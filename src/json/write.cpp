#include "codemate/json/value.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>

namespace codemate::json {
namespace {

// The library knows the escapes, U+FFFD for broken UTF-8, and the shortest form of a double.
std::string scalar(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// DEL, C1 controls, line separators and marks that turn text around: JSON allows them as they are, a terminal obeys
// them.
std::string harmless(const std::string& json_text) {
    std::string result;
    for (std::size_t at = 0; at < json_text.size();) {
        const auto byte = [&](std::size_t i) {
            return at + i < json_text.size() ? static_cast<unsigned char>(json_text[at + i]) : 0U;
        };
        const unsigned three = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
        char escaped[8] = {};
        std::size_t length = 1;
        if (byte(0) == 0x7F) {
            std::snprintf(escaped, sizeof escaped, "\\u%04x", byte(0));
        } else if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) {
            std::snprintf(escaped, sizeof escaped, "\\u%04x", byte(1));
            length = 2;
        } else if ((three >= 0xE2808E && three <= 0xE2808F) || (three >= 0xE280A8 && three <= 0xE280AE) ||
                   (three >= 0xE281A6 && three <= 0xE281A9)) {
            std::snprintf(escaped, sizeof escaped, "\\u%04x", 0x2000U | ((three >> 8U & 1U) << 6U) | (three & 0x3FU));
            length = 3;
        }
        if (escaped[0] == 0) escaped[0] = json_text[at];
        result += escaped;
        at += length;
    }
    return result;
}

class Writer {
public:
    explicit Writer(std::size_t indent) : indent_(indent) {}

    void write(const Value& value) {
        if (value.is_object()) {
            write_all(value.members(), '{', '}', [this](const Member& member) {
                text_ += harmless(scalar(member.key));
                text_ += indent_ > 0 ? ": " : ":";
                write(member.value);
            });
        } else if (value.is_array()) {
            write_all(value.elements(), '[', ']', [this](const Value& element) { write(element); });
        } else {
            write_scalar(value);
        }
    }
    std::string take() { return std::move(text_); }

private:
    void write_scalar(const Value& value) {
        if (const std::string* string = value.string()) {
            text_ += harmless(scalar(*string));
        } else if (const auto boolean = value.boolean()) {
            text_ += *boolean ? "true" : "false";
        } else if (const auto integer = value.integer()) {
            text_ += std::to_string(*integer);
        } else if (const auto natural = value.unsigned_integer()) {
            text_ += std::to_string(*natural);
        } else if (const auto number = value.number(); number && std::isfinite(*number)) {
            text_ += scalar(*number);
        } else {
            text_ += "null";
        }
    }

    template<typename Items, typename WriteItem>
    void write_all(const Items& items, char open, char close, const WriteItem& write_item) {
        text_ += open;
        ++depth_;
        bool first = true;
        for (const auto& item : items) {
            if (!first) text_ += ',';
            first = false;
            new_line();
            write_item(item);
        }
        --depth_;
        if (!items.empty()) new_line();
        text_ += close;
    }

    void new_line() {
        if (indent_ == 0) return;
        text_ += '\n';
        text_.append(depth_ * indent_, ' ');
    }

    std::size_t indent_;
    std::size_t depth_ = 0;
    std::string text_;
};

std::string written(const Value& value, std::size_t indent) {
    Writer writer(indent);
    writer.write(value);
    return writer.take();
}

} // namespace

std::string to_line(const Value& value) {
    return written(value, 0);
}
std::string to_pretty(const Value& value) {
    return written(value, 2);
}

std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

} // namespace codemate::json
