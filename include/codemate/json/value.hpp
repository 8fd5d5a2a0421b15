#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace codemate::json {

// Where a value stands in its text: bytes from the beginning, line from 1. Of values that were built, not read: all
// zero.
struct Extent {
    std::size_t begin = 0;
    std::size_t end = 0; // one behind the last byte
    std::size_t line = 0;
};

struct Member;

// A JSON value, read from text or built. Objects keep the order of their members, and members with the same key.
class Value {
public:
    using Array = std::vector<Value>;
    using Object = std::vector<Member>;

    // Out of line, all of them: a variant of a vector of Member cannot be made while Member is incomplete.
    Value(); // null
    Value(std::nullptr_t);
    Value(bool);
    Value(std::int64_t);
    Value(std::uint64_t);
    Value(int);
    Value(double);
    Value(std::string);
    Value(std::string_view);
    Value(const char*);
    Value(Array);
    Value(Object);
    Value(const Value&);
    Value(Value&&) noexcept;
    Value& operator=(const Value&);
    Value& operator=(Value&&) noexcept;
    ~Value();

    static Value array();
    static Value object();

    bool is_null() const;
    bool is_array() const;
    bool is_object() const;
    bool is_string() const;
    std::string_view type_name() const; // "an object", "a string", "a number", "true or false" …, for messages

    // The content if it is of that type, else nothing.
    std::optional<bool> boolean() const;
    std::optional<std::int64_t> integer() const;           // also a number such as 3.0; nothing if it does not fit
    std::optional<std::uint64_t> unsigned_integer() const; // likewise; nothing if negative
    std::optional<double> number() const;
    const std::string* string() const;       // nullptr if it is none
    std::span<const Value> elements() const; // empty if it is no array
    std::span<const Member> members() const; // empty if it is no object
    const Value*
    find(std::string_view key) const; // the last member of that key (as Go and browsers read it), or nullptr

    // Building. set() replaces a member of that key or appends one; on anything but an object, and add() on anything
    // but an array, a null becomes one and everything else is a defect.
    Value& set(std::string_view key, Value);
    Value& add(Value);
    void append_member(Member); // also a second one of the same key; for the reader

    const Extent& extent() const { return extent_; }
    void place(const Extent& extent) { extent_ = extent; } // for the reader

    bool operator==(const Value&) const; // content only; numbers by value; where they stand does not matter

private:
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> data_;
    Extent extent_;
};

struct Member {
    std::string key;
    Value value;
    Extent key_extent;
};

// One line, no spaces, keys in their order; what is not UTF-8 is replaced by U+FFFD. NaN and infinity are null.
std::string to_line(const Value&);

// Over several lines, indented by two spaces, without a final newline.
std::string to_pretty(const Value&);

// For a JSON pointer (RFC 6901): "/" and the key, with ~ and / escaped.
std::string pointer_step(std::string_view key);

} // namespace codemate::json
