#include "sandbox/go_json.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace codemate::sandbox::go {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string hex(unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[byte >> 4], digits[byte & 15]};
}

std::string character(char c) {
    if (c == '\'') return R"('\'')";
    if (c == '"') return R"('"')";
    const auto byte = static_cast<unsigned char>(c);
    // A byte stands for the character of that number.
    if (byte >= 0xa1) return {'\'', static_cast<char>(0xc0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f)), '\''};
    if (byte >= 0x80) return "'\\u00" + hex(byte) + "'";
    const std::string inner = quoted(std::string_view(&c, 1));
    return "'" + inner.substr(1, inner.size() - 2) + "'";
}

// Finds the end of the first value and says what is wrong on the way there, in Go's words.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::size_t value() {
        skip();
        if (at_ == text_.size()) throw JsonError{"EOF"};
        any("looking for beginning of value");
        return at_;
    }

private:
    void any(std::string_view context) {
        skip();
        const char c = peek();
        if (c == '{' || c == '[') return nested(c);
        if (c == '"') return string();
        if (c == '-' || is_digit(c)) return number();
        if (c == 't') return literal("true");
        if (c == 'f') return literal("false");
        if (c == 'n') return literal("null");
        refuse(c, context);
    }
    // Also keeps the recursion off the end of the stack.
    void nested(char c) {
        constexpr std::size_t deepest = 10'000; // encoding/json, maxNestingDepth
        if (++depth_ > deepest) refuse(c, "exceeded max depth");
        c == '{' ? object() : array();
        --depth_;
    }
    void object() {
        ++at_;
        skip();
        if (peek() == '}') return void(++at_);
        while (true) {
            skip();
            if (peek() != '"') refuse(peek(), "looking for beginning of object key string");
            string();
            skip();
            if (peek() != ':') refuse(peek(), "after object key");
            ++at_;
            any("looking for beginning of value");
            skip();
            if (peek() == '}') return void(++at_);
            if (peek() != ',') refuse(peek(), "after object key:value pair");
            ++at_;
        }
    }
    void array() {
        ++at_;
        skip();
        if (peek() == ']') return void(++at_);
        while (true) {
            any("looking for beginning of value");
            skip();
            if (peek() == ']') return void(++at_);
            if (peek() != ',') refuse(peek(), "after array element");
            ++at_;
        }
    }
    void string() {
        ++at_;
        while (peek() != '"') {
            if (static_cast<unsigned char>(peek()) < 0x20) refuse(peek(), "in string literal");
            if (peek() == '\\')
                escape();
            else
                ++at_;
        }
        ++at_;
    }
    void escape() {
        ++at_;
        if (std::string_view("\"\\/bfnrt").find(peek()) != std::string_view::npos) return void(++at_);
        if (peek() != 'u') refuse(peek(), "in string escape code");
        ++at_;
        for (int digit = 0; digit < 4; ++digit, ++at_)
            if (!is_hex(peek())) refuse(peek(), "in \\u hexadecimal character escape");
    }
    void number() {
        if (peek() == '-' && (++at_, !is_digit(peek()))) refuse(peek(), "in numeric literal");
        if (peek() == '0')
            ++at_;
        else
            digits();
        if (more() && text_[at_] == '.') {
            ++at_;
            if (!is_digit(peek())) refuse(peek(), "after decimal point in numeric literal");
            digits();
        }
        if (more() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (!is_digit(peek())) refuse(peek(), "in exponent of numeric literal");
            digits();
        }
    }
    void digits() {
        while (more() && is_digit(text_[at_]))
            ++at_;
    }
    void literal(std::string_view word) {
        ++at_;
        for (std::size_t letter = 1; letter < word.size(); ++letter, ++at_)
            if (peek() != word[letter])
                refuse(peek(), "in literal " + std::string(word) + " (expecting '" + word[letter] + "')");
    }
    void skip() {
        while (more() && is_space(text_[at_]))
            ++at_;
    }
    bool more() const { return at_ < text_.size(); }
    char peek() const {
        if (!more()) throw JsonError{"unexpected EOF"};
        return text_[at_];
    }
    [[noreturn]] static void refuse(char c, std::string_view context) {
        throw JsonError{"invalid character " + character(c) + " " + std::string(context)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

std::string_view go_type(const json::Value& value) {
    if (value.is_string()) return "string";
    if (value.is_array()) return "array";
    if (value.is_object()) return "object";
    return value.boolean() ? "bool" : "number";
}

void must_fit(const json::Value& value, const Field& field, std::string_view go_struct) {
    const bool fits = field.type == Type::anything || value.is_null() ||
                      (field.type == Type::string ? value.is_string() : value.boolean().has_value());
    if (fits) return;
    const std::string_view wanted = field.type == Type::string ? "string" : "bool";
    throw JsonError{"json: cannot unmarshal " + std::string(go_type(value)) + " into Go struct field " +
                    std::string(go_struct) + "." + std::string(field.key) + " of type " + std::string(wanted)};
}

} // namespace

json::Value decode(std::string_view text, Rest rest) {
    std::size_t end = 0;
    try {
        end = Scanner(text).value();
    } catch (const JsonError& error) {
        if (rest == Rest::refused && (error.text == "EOF" || error.text == "unexpected EOF"))
            throw JsonError{"unexpected end of JSON input"};
        throw;
    }
    const auto behind = text.find_first_not_of(" \t\r\n", end);
    if (rest == Rest::refused && behind != std::string_view::npos)
        throw JsonError{"invalid character " + character(text[behind]) + " after top-level value"};
    try {
        return json::read(text.substr(0, end), "the request").root;
    } catch (const Error& error) { // deeper than our own reader goes
        throw JsonError{error.message()};
    }
}

std::size_t first_value_end(std::string_view text) {
    return Scanner(text).value();
}

Body::Body(std::string_view text, std::string_view go_struct, std::span<const Field> fields)
    : values_(json::Value::object()) {
    const json::Value root = decode(text);
    if (root.is_null()) return;
    if (!root.is_object())
        throw JsonError{"json: cannot unmarshal " + std::string(go_type(root)) + " into Go value of type api." +
                        std::string(go_struct)};
    for (const auto& member : root.members())
        for (const auto& field : fields) {
            if (!equal_ignoring_case(field.key, member.key)) continue;
            must_fit(member.value, field, go_struct);
            if (!member.value.is_null()) values_.set(field.key, member.value);
        }
}

std::string Body::string(std::string_view key) const {
    const auto* found = values_.find(key);
    return found != nullptr && found->string() != nullptr ? *found->string() : std::string();
}

std::optional<bool> Body::boolean(std::string_view key) const {
    const auto* found = values_.find(key);
    return found == nullptr ? std::nullopt : found->boolean();
}

const json::Value* Body::value(std::string_view key) const {
    return values_.find(key);
}

namespace {

std::string number_text(double number) {
    if (!std::isfinite(number)) return "null";
    std::array<char, 64> buffer{};
    const double size = std::fabs(number);
    const bool exponent = size != 0 && (size < 1e-6 || size >= 1e21);
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                   exponent ? std::chars_format::scientific : std::chars_format::fixed)
                         .ptr;
    std::string text(buffer.data(), end);
    // Go writes e-9 where others write e-09.
    if (const auto zero = text.find("e-0"); zero != std::string::npos) text.erase(zero + 2, 1);
    return text;
}

// Our own writer, and what Go escapes beyond it.
std::string string_text(const std::string& text) {
    std::string result;
    for (const char c : json::to_line(json::Value(text))) {
        if (c == '<')
            result += "\\u003c";
        else if (c == '>')
            result += "\\u003e";
        else if (c == '&')
            result += "\\u0026";
        else
            result += c;
    }
    return result;
}

void append(const json::Value& value, std::string& out) {
    if (const auto* text = value.string()) {
        out += string_text(*text);
    } else if (value.is_array()) {
        out += '[';
        for (const auto& element : value.elements()) {
            if (out.back() != '[') out += ',';
            append(element, out);
        }
        out += ']';
    } else if (value.is_object()) {
        out += '{';
        bool first = true;
        for (const auto& member : value.members()) {
            if (!std::exchange(first, false)) out += ',';
            out += string_text(member.key) + ":";
            append(member.value, out);
        }
        out += '}';
    } else if (value.integer() || value.unsigned_integer() || !value.number()) {
        out += json::to_line(value);
    } else {
        out += number_text(*value.number());
    }
}

} // namespace

std::string encode(const json::Value& value) {
    std::string out;
    append(value, out);
    return out;
}

namespace {

struct Unit {
    std::string_view name;
    double nanoseconds;
};
constexpr std::array units{Unit{"ns", 1},   Unit{"us", 1e3}, Unit{"\u00b5s", 1e3}, Unit{"\u03bcs", 1e3},
                           Unit{"ms", 1e6}, Unit{"s", 1e9},  Unit{"m", 60e9},      Unit{"h", 3600e9}};

} // namespace

std::int64_t parse_duration(std::string_view text) {
    const auto refuse = [whole = text](std::string_view what) -> JsonError {
        return {"time: " + std::string(what) + quoted(whole)};
    };
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text == "0") return 0;
    if (text.empty()) throw refuse("invalid duration ");
    double total = 0;
    while (!text.empty()) {
        double number = 0;
        const auto [end, failed] =
            std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
        if (failed != std::errc() || text.front() == '-') throw refuse("invalid duration ");
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto name = text.substr(0, text.find_first_of(".0123456789"));
        if (name.empty()) throw refuse("missing unit in duration ");
        const auto* unit = std::ranges::find(units, name, &Unit::name);
        if (unit == units.end()) throw refuse("unknown unit " + quoted(name) + " in duration ");
        total += number * unit->nanoseconds;
        text.remove_prefix(name.size());
    }
    if (total >= 9.2e18) throw refuse("invalid duration ");
    return static_cast<std::int64_t>(negative ? -total : total);
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            result += {'\\', c};
        else if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else if (c == '\r')
            result += "\\r";
        else if (byte < 0x20 || byte == 0x7f) {
            result += "\\x" + hex(byte);
        } else
            result += c;
    }
    return result + "\"";
}

} // namespace codemate::sandbox::go
