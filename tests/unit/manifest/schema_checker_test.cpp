#include "support/catch.hpp"
#include "support/schema.hpp"

#include "codemate/json/read.hpp"

#include <stdexcept>

using namespace codemate;
using codemate::test::pattern_matches;

namespace {

std::vector<std::string> mistakes(std::string_view schema, std::string_view value) {
    return test::schema_mistakes(json::read(schema, "schema").root, json::read(value, "value").root);
}

struct Case {
    std::string schema, good, bad;
};

} // namespace

TEST_CASE("each keyword of a schema tells good from bad") {
    const auto each = GENERATE(values<Case>({
        {R"({"type": "string"})", R"("x")", "1"},
        {R"({"type": ["string", "null"]})", "null", "1"},
        {R"({"type": "integer"})", "3.0", "3.5"},
        {R"({"type": "number"})", "3.5", R"("3.5")"},
        {R"({"type": "boolean"})", "true", "null"},
        {R"({"type": "array"})", "[]", "{}"},
        {R"({"type": "object"})", "{}", "[]"},
        {R"({"enum": ["a", 1]})", "1", "2"},
        {R"({"const": {"a": 1}})", R"({"a": 1.0})", R"({"a": 2})"},
        {R"({"required": ["a"]})", R"({"a": null})", R"({"b": 1})"},
        {R"({"properties": {"a": {"type": "null"}}})", R"({"a": null, "b": 1})", R"({"a": 1})"},
        {R"({"properties": {"a": {}}, "additionalProperties": false})", R"({"a": 1})", R"({"b": 1})"},
        {R"({"additionalProperties": {"type": "null"}})", R"({"a": null})", R"({"a": 1})"},
        {R"({"patternProperties": {"^x-": {}}, "additionalProperties": false})", R"({"x-a": 1})", R"({"y": 1})"},
        {R"({"patternProperties": {"^x-": {"type": "null"}}})", R"({"y": 1})", R"({"x-a": 1})"},
        {R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({"a": 1})", R"({"A": 1})"},
        {R"({"minProperties": 1})", R"({"a": 1})", "{}"},
        {R"({"items": {"type": "null"}})", "[null, null]", "[null, 1]"},
        {R"({"minItems": 1})", "[1]", "[]"},
        {R"({"maxItems": 1})", "[1]", "[1, 2]"},
        {R"({"uniqueItems": true})", "[1, 2]", "[1, 1]"},
        {R"({"minimum": 1})", "1", "0"},
        {R"({"maximum": 1})", "1", "1.5"},
        {R"({"exclusiveMinimum": 0})", "0.1", "0"},
        {R"({"minLength": 1})", R"("a")", R"("")"},
        {R"({"pattern": "^sha256:[0-9a-f]{4}$"})", R"("sha256:01af")", R"("sha256:01ag")"},
        {R"({"format": "date-time"})", R"("2026-11-22T12:00:00Z")", R"("yesterday")"},
        {R"({"allOf": [{"minimum": 1}, {"maximum": 2}]})", "2", "3"},
        {R"({"anyOf": [{"type": "null"}, {"minimum": 1}]})", "null", "0"},
        {R"({"oneOf": [{"minimum": 1}, {"minimum": 2}]})", "1", "2"},
        {R"({"not": {"type": "null"}})", "1", "null"},
        {R"({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}})", "null", "1"},
        {R"({"properties": {"a": {"$ref": "#"}}, "type": "object"})", R"({"a": {"a": {}}})", R"({"a": {"a": 1}})"},
        {R"({"properties": {"a": true, "b": false}})", R"({"a": 1})", R"({"b": 1})"},
    }));
    INFO(each.schema);
    CHECK(mistakes(each.schema, each.good).empty());
    CHECK_FALSE(mistakes(each.schema, each.bad).empty());
}

TEST_CASE("a mistake is reported with the way to it") {
    const std::string_view schema = R"({"properties": {"a/b": {"items": {"type": "string"}}}})";
    CHECK(mistakes(schema, R"({"a/b": ["x", 1]})") == std::vector<std::string>{"/a~1b/1: expected string, found 1"});
}

TEST_CASE("a schema that promises more than is checked is refused") {
    const auto schema =
        GENERATE(as<std::string>(), R"({"contains": {}})", R"({"type": "text"})", R"({"$ref": "#/$defs/no"})",
                 R"({"format": "email"})", R"x({"pattern": "(a|b)"})x", R"({"minimum": "1"})", "[]");
    INFO(schema);
    CHECK_THROWS_AS(mistakes(schema, schema == R"({"minimum": "1"})" ? "1" : R"("x")"), std::invalid_argument);
}

TEST_CASE("patterns") {
    struct Match {
        std::string pattern, text;
        bool expected;
    };
    const auto each = GENERATE(values<Match>({
        {"b", "abc", true},
        {"^b", "abc", false},
        {"c$", "abc", true},
        {"^a.c$", "abc", true},
        {"^a.c$", "abbc", false},
        {"^a.*c$", "abbc", true},
        {"^ab?c$", "ac", true},
        {"^ab+c$", "ac", false},
        {"^[^/]+$", "a/b", false},
        {"^[a-c-]+$", "a-c", true},
        {"^[0-9]{2}$", "123", false},
        {"^[0-9]{2,}$", "123", true},
        {"^[0-9]{1,2}$", "123", false},
        {"^a\\.b$", "axb", false},
        {"^a*a$", "aaa", true},
        {"", "", true},
        {"^$", "x", false},
    }));
    INFO(each.pattern << " on " << each.text);
    CHECK(pattern_matches(each.pattern, each.text) == each.expected);
}
