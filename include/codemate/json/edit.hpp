#pragma once

#include "codemate/json/value.hpp"

#include <span>
#include <string>
#include <string_view>

// Edits of a JSON text that change only the lines concerned: order, formatting and comments of all else stay as they
// are. Comments are allowed in the text. A place is a JSON pointer (RFC 6901; see pointer_step()); of members with the
// same key it means the last one. Each function returns the new text and throws Error{protocol} for a text that is no
// JSON, Error{defect} for a place that cannot be there.
namespace codemate::json {

// Replaces the value at that place, or adds it as the last member of its object; objects that lack on the way are made.
std::string set_at(std::string_view text, std::string_view place, const Value&);

// Adds elements at the end of the array at that place, which is made where it lacks.
std::string append_at(std::string_view text, std::string_view place, std::span<const Value>);

// Adds an element before the first one of the array at that place, which is made where it lacks.
std::string prepend_at(std::string_view text, std::string_view place, const Value&);

// Removes a member or an element. A comment behind it on its own line goes with it.
std::string remove_at(std::string_view text, std::string_view place);

// As people write it: what fits into a line of 100 columns and has no filled object inside stands in one, all else
// over several lines. Without a final newline.
std::string to_layout(const Value&);

} // namespace codemate::json
