#pragma once

#include "codemate/json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codemate::test {

// What is wrong with a value by a JSON schema, each with its place: "/roles/primary: expected string, found a number".
// Empty: it fits. Throws std::invalid_argument for a schema with a keyword or a form that is not listed here, so that
// no schema promises more than is checked.
//
// Keywords: type, enum, const, properties, required, additionalProperties, patternProperties, propertyNames,
// minProperties, items, minItems, maxItems, uniqueItems, minimum, maximum, exclusiveMinimum, minLength, pattern, format
// (date-time), allOf, anyOf, oneOf, not, $ref (#/$defs/… or #). Read over: $schema, $id, $comment, $defs, title,
// description, default, examples.
std::vector<std::string> schema_mistakes(const json::Value& schema, const json::Value& value);

// The part of regular expressions that schemas here need: characters, ".", "\" before a special one, classes such as
// [a-z0-9_] and [^/], each with ?, *, +, {n}, {n,} or {n,m} behind it; ^ in front and $ at the end. No groups, no
// alternatives (std::invalid_argument).
bool pattern_matches(std::string_view pattern, std::string_view text);

} // namespace codemate::test
