#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codemate::json {

enum class Comments { forbidden, allowed }; // // and /* */, as in codemate.json

struct Comment {
    std::string text; // with its slashes
    Extent extent;
};

struct Document {
    Value root;
    std::vector<Comment> comments; // in the order of the text
};

// Reads one JSON text (RFC 8259; nesting up to 200 levels; a byte order mark is skipped). Throws Error{protocol} whose
// message says line, column and what was expected; `what` names the text in it ("codemate.json", "the server's
// answer"). Interrupted within milliseconds of a stop, of whatever size the text is.
Document read(std::string_view text, std::string_view what, Comments = Comments::forbidden, const Stop& = {});

// A value and the way to it, for reading what a well-behaved other side sends: each mismatch is Error{protocol} with
// path and line, such as "the server's answer: /models/3/size (line 1): expected a number, found a string". Absent and
// null optional members read as the fallback.
class Cursor {
public:
    Cursor(const Value& value, std::string_view what) : value_(&value), what_(what) {}

    const Value& value() const { return *value_; }
    const std::string& path() const { return path_; }

    bool has(std::string_view key) const; // an object with that member, not null
    Cursor at(std::string_view key) const;
    std::vector<Cursor> elements() const; // null: none

    const std::string& string() const;
    std::uint64_t unsigned_integer() const;
    bool boolean() const;
    Time time() const; // a string in RFC 3339

    std::string string_or(std::string_view key, std::string_view fallback) const;
    std::uint64_t unsigned_or(std::string_view key, std::uint64_t fallback) const;

    [[noreturn]] void fail(std::string_view expected) const;

private:
    Cursor(const Value& value, std::string_view what, std::string path)
        : value_(&value), what_(what), path_(std::move(path)) {}

    const Value* value_;
    std::string_view what_;
    std::string path_;
};

} // namespace codemate::json
