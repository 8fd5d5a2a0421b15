#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/value.hpp"

#include <limits>

using namespace codemate;
using json::Value;

TEST_CASE("values are written in their order") {
    Value value = Value::object();
    value.set("schema", "codemate/list/1").set("ok", true).set("none", nullptr).set("size", std::uint64_t{UINT64_MAX});
    value.set("list", Value::array().add(1).add(-2).add(0.5).add(Value::object()).add(Value::array()));
    value.set("ok", false);
    CHECK(to_line(value) == R"({"schema":"codemate/list/1","ok":false,"none":null,"size":18446744073709551615,)"
                            R"("list":[1,-2,0.5,{},[]]})");
    CHECK(to_pretty(Value::object().set("a", Value::array().add(1).add(2)).set("b", Value::object())) ==
          "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST_CASE("text is escaped, what is not UTF-8 is replaced, numbers that JSON lacks are null") {
    CHECK(to_line(Value("a\"\\\n\x1b")) == R"("a\"\\\n\u001b")");
    CHECK(to_line(Value("a\x7f\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa6é")) ==
          "\"a\\u007f\\u009b\\u202e\\u2066…é\"");
    CHECK(to_line(Value("\xff")) == "\"\xEF\xBF\xBD\"");
    CHECK(to_line(Value(std::numeric_limits<double>::quiet_NaN())) == "null");
}

TEST_CASE("numbers are equal by value") {
    CHECK(Value(1) == Value(std::uint64_t{1}));
    CHECK(Value(1) == Value(1.0));
    CHECK_FALSE(Value(std::uint64_t{UINT64_MAX}) == Value(std::uint64_t{UINT64_MAX - 1}));
    CHECK_FALSE(Value(1) == Value("1"));
    CHECK(Value(3.0).integer() == 3);
    CHECK_FALSE(Value(3.5).integer());
    CHECK_FALSE(Value(-1).unsigned_integer());
    CHECK_FALSE(Value(1e300).unsigned_integer());
    CHECK_FALSE(Value(std::uint64_t{UINT64_MAX}).integer());
}

TEST_CASE("building on the wrong type is a defect") {
    Value text("x");
    CHECK_THROWS_AS(text.set("a", 1), Error);
    CHECK_THROWS_AS(text.add(1), Error);
}

TEST_CASE("steps of a JSON pointer") {
    CHECK(json::pointer_step("a/b~c") == "/a~1b~0c");
}
