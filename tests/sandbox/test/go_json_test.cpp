#include "sandbox/go_json.hpp"
#include "support/catch.hpp"

#include <array>
#include <functional>
#include <vector>

namespace go = codemate::sandbox::go;
using codemate::json::Value;

namespace {

std::string failure_of(const std::function<void()>& action) {
    try {
        action();
        return "";
    } catch (const go::JsonError& error) {
        return error.text;
    }
}

} // namespace

TEST_CASE("what Go's decoder says of bad JSON") {
    struct Case {
        std::string text, failure;
    };
    for (const auto& [text, failure] : std::vector<Case>{
             {"", "EOF"},
             {"  ", "EOF"},
             {"{\"model\":", "unexpected EOF"},
             {"x", "invalid character 'x' looking for beginning of value"},
             {"{'a':1}", "invalid character '\\'' looking for beginning of object key string"},
             {"{\"a\" 1}", "invalid character '1' after object key"},
             {"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"},
             {"{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"},
             {"[1 2]", "invalid character '2' after array element"},
             {"tru}", "invalid character '}' in literal true (expecting 'e')"},
             {"\"\\x\"", "invalid character 'x' in string escape code"},
             {"\"\n\"", "invalid character '\\n' in string literal"},
             {"-}", "invalid character '}' in numeric literal"},
             {"1.}", "invalid character '}' after decimal point in numeric literal"},
             {"\xc3\xa9", "invalid character '\u00c3' looking for beginning of value"},
             {"{} and more", ""},
             {"{\"a\":[1,-2.5e3,\"\\u00e9\",null,true,false,{}]}", ""},
         }) {
        INFO(text);
        CHECK(failure_of([&] { go::decode(text); }) == failure);
    }
    CHECK(failure_of([] { go::decode("{} x", go::Rest::refused); }) == "invalid character 'x' after top-level value");
    CHECK(failure_of([] { go::decode("", go::Rest::refused); }) == "unexpected end of JSON input");
}

TEST_CASE("nesting is bounded where Go bounds it, and deep texts crash nothing") {
    constexpr std::string_view deep = "exceeded max depth";
    const auto nested = [](std::size_t levels, std::string_view opening) {
        std::string text;
        for (std::size_t level = 0; level < levels; ++level)
            text += opening;
        return text;
    };
    CHECK(failure_of([&] { go::decode(nested(10'000, "[")); }) == "unexpected EOF");
    CHECK(failure_of([&] { go::decode(nested(10'001, "[")); }) == "invalid character '[' " + std::string(deep));
    CHECK(failure_of([&] { go::decode(nested(2'000'000, "[")); }) == "invalid character '[' " + std::string(deep));
    CHECK(failure_of([&] { go::decode(nested(2'000'000, "{\"a\":"), go::Rest::refused); }) ==
          "invalid character '{' " + std::string(deep));
    // Siblings are not deep.
    CHECK(failure_of([&] { go::decode("[" + nested(20'000, "[],") + "{}]"); }).empty());
}

TEST_CASE("a body fills a struct as Go does it") {
    constexpr std::array fields{go::Field{"model", go::Type::string}, go::Field{"stream", go::Type::boolean}};
    const auto body = [&](std::string_view text) { return go::Body(text, "PullRequest", fields); };
    CHECK(body(R"({"MODEL":"a","other":1})").string("model") == "a");
    CHECK(body(R"({"model":"a","Model":"b"})").string("model") == "b");
    CHECK(body(R"({"model":null,"stream":null})").boolean("stream") == std::nullopt);
    CHECK(body(R"({"stream":false})").boolean("stream") == std::optional(false));
    CHECK(failure_of([&] { body(R"({"stream":"yes"})"); }) ==
          "json: cannot unmarshal string into Go struct field PullRequest.stream of type bool");
    CHECK(failure_of([&] { body(R"({"model":7})"); }) ==
          "json: cannot unmarshal number into Go struct field PullRequest.model of type string");
    CHECK(failure_of([&] { body("[]"); }) == "json: cannot unmarshal array into Go value of type api.PullRequest");
}

TEST_CASE("JSON as Go writes it") {
    auto value = Value::object();
    value.set("text", "a<b>&\"c\"");
    value.set("number", 1e-5);
    value.set("tiny", 1e-9);
    value.set("count", 42);
    value.set("nothing", Value());
    CHECK(go::encode(value) ==
          R"({"text":"a\u003cb\u003e\u0026\"c\"","number":0.00001,"tiny":1e-9,"count":42,"nothing":null})");
}

TEST_CASE("durations as Go reads them") {
    CHECK(go::parse_duration("5m") == 300'000'000'000);
    CHECK(go::parse_duration("1h30m") == 5'400'000'000'000);
    CHECK(go::parse_duration("-1m") == -60'000'000'000);
    CHECK(go::parse_duration("0") == 0);
    CHECK(go::parse_duration("1.5s") == 1'500'000'000);
    CHECK(failure_of([] { go::parse_duration("300"); }) == "time: missing unit in duration \"300\"");
    CHECK(failure_of([] { go::parse_duration("1d"); }) == "time: unknown unit \"d\" in duration \"1d\"");
    CHECK(failure_of([] { go::parse_duration("x"); }) == "time: invalid duration \"x\"");
}
