#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"

using namespace codemate;
using json::Comments;
using json::Cursor;
using json::Value;

namespace {

std::string message_of(std::string_view text, Comments comments = Comments::forbidden) {
    try {
        json::read(text, "x.json", comments);
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::protocol);
        return error.message();
    }
    return "no error";
}

// The piece of text that a value says it is.
std::string_view piece(std::string_view text, const json::Extent& extent) {
    return text.substr(extent.begin, extent.end - extent.begin);
}

// Every value's extent must be a text that reads as the same value.
void check_extents(std::string_view text, const Value& value) {
    CHECK(json::read(piece(text, value.extent()), "part", Comments::allowed).root == value);
    for (const json::Member& member : value.members()) {
        CHECK(json::read(piece(text, member.key_extent), "key").root == Value(member.key));
        check_extents(text, member.value);
    }
    for (const Value& element : value.elements())
        check_extents(text, element);
}

} // namespace

TEST_CASE("every value knows where it stands") {
    const std::string text = "\xEF\xBB\xBF{ // first\n"
                             "  \"a\" : [1, -2.5e+3 , true,\"x\\\"y\\u00e4\"], /* more\n lines */\n"
                             "  \"b:,\": {\"c\":null},\n"
                             "  \"b:,\": false // again\n"
                             "}\n// last";
    const json::Document document = json::read(text, "x", Comments::allowed);
    check_extents(text, document.root);
    REQUIRE(document.root.members().size() == 3);
    const auto members = document.root.members();
    CHECK(members[0].key_extent.line == 2);
    CHECK(members[0].value.elements()[3].extent().line == 2);
    CHECK(members[1].key == "b:,");
    CHECK(members[1].value.find("c")->extent().line == 4);
    CHECK(members[2].value.extent().line == 5);
    CHECK(document.root.find("b:,")->boolean() == false); // the last one of that name
    CHECK(document.root.extent().line == 1);
    REQUIRE(document.comments.size() == 4);
    CHECK(document.comments[0].text == "// first");
    CHECK(document.comments[1].text == "/* more\n lines */");
    CHECK(document.comments[2].text == "// again");
    CHECK(document.comments[3].text == "// last");
    for (const json::Comment& comment : document.comments)
        CHECK(piece(text, comment.extent) == comment.text);
}

TEST_CASE("scalars at the top, and numbers of all kinds") {
    struct Row {
        const char* text;
        Value value;
    };
    const Row row =
        GENERATE(Row{"1", Value(1)}, Row{" -1 ", Value(-1)},
                 Row{"18446744073709551615", Value(std::uint64_t{UINT64_MAX})}, Row{"1e2", Value(100)},
                 Row{"\"\"", Value("")}, Row{"null", Value()}, Row{"[]", Value::array()}, Row{"{}", Value::object()},
                 Row{"[[],[{}]]", Value::array().add(Value::array()).add(Value::array().add(Value::object()))});
    const Value value = json::read(row.text, "x").root;
    CHECK(value == row.value);
    check_extents(row.text, value);
}

TEST_CASE("what is wrong is said with line and column") {
    CHECK(message_of("{\n  \"a\": tru\n}").find("x.json is not valid JSON: line 2, column ") == 0);
    CHECK(message_of("").find("line 1, column 1") != std::string::npos);
    CHECK(message_of("{\"a\":1} x").find("line 1, column 9") != std::string::npos);
    CHECK(message_of("{\"a\":1,}") != "no error");
    CHECK(message_of("// c\n1") != "no error");
    CHECK(message_of("// c\n1", Comments::allowed) == "no error");
    CHECK(message_of("1 /* open", Comments::allowed) != "no error");
    CHECK(message_of("<html>\x1b").find('\x1b') == std::string::npos);
    CHECK(message_of("\"\xff\"") != "no error");
    CHECK(message_of("1e999") != "no error");
    CHECK(message_of(std::string(199, '[') + std::string(199, ']')) == "no error");
    CHECK(message_of(std::string(100'000, '[')).find("nested deeper") != std::string::npos);
}

TEST_CASE("more values than any answer has are refused before they fill the memory") {
    std::string text = "[0";
    for (int i = 0; i < 4'000'001; ++i)
        text += ",0";
    CHECK(message_of(text + "]").find("more than 4000000 values") != std::string::npos);
}

TEST_CASE("reading ends soon after a stop") {
    std::stop_source stop;
    const auto read = [&](std::size_t values) {
        std::string text = "[0";
        for (std::size_t i = 1; i < values; ++i)
            text += ",0";
        return json::read(text + "]", "x", Comments::forbidden, stop.get_token()).root.elements().size();
    };
    CHECK(read(100'000) == 100'000);
    stop.request_stop();
    CHECK_THROWS_AS(read(100'000), Interrupted);
}

TEST_CASE("a cut text is an error at every length") {
    const std::string text = R"({"a":[1,true,null,"x\u00e4"],"b":{"c":-1.5e3}})";
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK(message_of(text.substr(0, length)) != "no error");
    CHECK(message_of(text) == "no error");
}

TEST_CASE("a cursor says what it expected, where") {
    const json::Document document = json::read(
        "{\"models\":[\n{\"size\":\"big\",\"n\":3,\"t\":\"2026-01-02T03:04:05Z\",\"z\":null}]}", "the answer");
    const Cursor root(document.root, "the answer");
    const Cursor model = root.at("models").elements().at(0);
    CHECK(model.path() == "/models/0");
    CHECK(model.unsigned_or("n", 7) == 3);
    CHECK(model.unsigned_or("z", 7) == 7);
    CHECK(model.string_or("absent", "none") == "none");
    CHECK_FALSE(model.has("z"));
    CHECK(to_rfc3339(model.at("t").time()) == "2026-01-02T03:04:05Z");
    CHECK_THROWS_WITH(
        model.unsigned_or("size", 0),
        "the answer: /models/0/size (line 2): expected a whole number that is not negative, found a string 'big'");
    CHECK_THROWS_WITH(model.at("digest"), "the answer: /models/0/digest (line 2) is missing");
    CHECK_THROWS_AS(root.string(), Error);
    CHECK_THROWS_AS(root.elements(), Error);
}
