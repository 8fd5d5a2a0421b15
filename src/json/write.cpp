#include "codemate/json/value.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace codemate::json {
namespace {

// The library knows the escapes, U+FFFD for broken UTF-8, and the shortest form of a double.
std::string scalar(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Writer {
public:
    explicit Writer(std::size_t indent) : indent_(indent) {}

    void write(const Value& value) {
        if (value.is_object()) {
            write_all(value.members(), '{', '}', [this](const Member& member) {
                text_ += scalar(member.key);
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
            text_ += scalar(*string);
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
