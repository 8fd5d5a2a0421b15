#pragma once

#include "codemate/json/value.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// JSON as Go's encoding/json reads and writes it: the texts of its errors go to the client unchanged.
namespace codemate::sandbox::go {

// What the decoder would return as its error.
struct JsonError {
    std::string text;
};

enum class Rest { ignored, refused }; // what follows the first value: Decoder.Decode, or json.Unmarshal

// The first value in the text. Throws JsonError: "EOF" for an empty text, "unexpected EOF" for half a value (refusing
// what follows: "unexpected end of JSON input"), "invalid character 'x' looking for beginning of value" …
json::Value decode(std::string_view text, Rest = Rest::ignored);

// Where the first value ends: how far a Decoder has to look. The text must hold one.
std::size_t first_value_end(std::string_view text);

enum class Type { string, boolean, anything };
struct Field {
    std::string_view key;
    Type type;
};

// The members of a body that fill a Go struct: keys match without regard to letter case, the last one wins, null
// changes nothing. Throws JsonError where a type does not fit.
class Body {
public:
    Body(std::string_view text, std::string_view go_struct, std::span<const Field> fields);

    std::string string(std::string_view key) const;          // "" if absent
    std::optional<bool> boolean(std::string_view key) const; // nothing if absent
    const json::Value* value(std::string_view key) const;    // nullptr if absent or null

private:
    json::Value values_;
};

// One line: <, > and & escaped, numbers as Go prints them.
std::string encode(const json::Value&);

// A duration text such as "5m" or "1h30m", in nanoseconds (time.ParseDuration). Throws JsonError with Go's text.
std::int64_t parse_duration(std::string_view);

std::string quoted(std::string_view); // %q

} // namespace codemate::sandbox::go
