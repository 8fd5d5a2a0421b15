#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/edit.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>
#include <random>

using namespace codemate;
using json::Value;

namespace {

struct Row {
    const char* text;
    const char* place;
    Value value;
    const char* expected;
};

Value strings(std::initializer_list<const char*> texts) {
    Value array = Value::array();
    for (const char* text : texts)
        array.add(text);
    return array;
}

} // namespace

TEST_CASE("a value is replaced where it stands") {
    const Row row = GENERATE(Row{R"({"a":1,"b":2})", "/b", 3, R"({"a":1,"b":3})"},
                             Row{"{\n  // why\n  \"a\": \"x\", // because\n  \"b\": 2\n}\n", "/a", "yz",
                                 "{\n  // why\n  \"a\": \"yz\", // because\n  \"b\": 2\n}\n"},
                             Row{R"([1, 2, 3])", "/1", "two", R"([1, "two", 3])"},
                             Row{R"({"a/b": {"~": 1}})", "/a~1b/~0", 2, R"({"a/b": {"~": 2}})"},
                             Row{R"({"a":1,"a":2})", "/a", 3, R"({"a":1,"a":3})"},
                             Row{"{\n  \"a\": 1\n}", "/a", strings({"x", "y"}), "{\n  \"a\": [\"x\", \"y\"]\n}"},
                             Row{"7", "", 8, "8"});
    CHECK(json::set_at(row.text, row.place, row.value) == row.expected);
}

TEST_CASE("the same value changes nothing, however it is written") {
    const std::string text = "{ \"a\" : [1 ,2.0], \"b\":\"\\u0041\" }";
    CHECK(json::set_at(text, "/a", json::read("[1,2]", "x").root) == text);
    CHECK(json::set_at(text, "/b", "A") == text);
    CHECK(json::append_at(text, "/a", {}) == text);
}

TEST_CASE("a member is added behind the last one, in the manner of the text") {
    const Row row = GENERATE(
        Row{R"({"a":1})", "/b", 2, R"({"a":1,"b":2})"}, Row{R"({ "a": 1 })", "/b", 2, R"({ "a": 1, "b": 2 })"},
        Row{R"({"a":1, "b":2})", "/c", 3, R"({"a":1, "b":2, "c":3})"},
        Row{"{\n  \"a\": 1\n}", "/b", 2, "{\n  \"a\": 1,\n  \"b\": 2\n}"},
        Row{"{\r\n\t\"a\": 1\r\n}", "/b", 2, "{\r\n\t\"a\": 1,\r\n\t\"b\": 2\r\n}"},
        Row{"{\n  \"a\": 1 // one\n  // the end\n}", "/b", 2, "{\n  \"a\": 1, // one\n  \"b\": 2\n  // the end\n}"},
        Row{"{\n  \"a\": 1 }", "/b", 2, "{\n  \"a\": 1,\n  \"b\": 2\n}"},
        Row{"{\n  \"a\": 1 /* one\n  and more */ }", "/b", 2, "{\n  \"a\": 1, /* one\n  and more */\n  \"b\": 2\n}"},
        Row{"{}", "/a", 1, R"({ "a": 1 })"},
        Row{"{\n    \"r\": {}\n}", "/r/p", "m", "{\n    \"r\": { \"p\": \"m\" }\n}"},
        Row{"{\n    \"r\": {\n    }\n}", "/r/p", "m", "{\n    \"r\": { \"p\": \"m\" }\n}"},
        Row{"{\n    \"r\": { // none yet \n    }\n}", "/r/p", "m",
            "{\n    \"r\": { // none yet \n        \"p\": \"m\"\n    }\n}"},
        Row{"{\n  \"s\": 1\n}", "/r/p", "m", "{\n  \"s\": 1,\n  \"r\": { \"p\": \"m\" }\n}"});
    CHECK(json::set_at(row.text, row.place, row.value) == row.expected);
}

TEST_CASE("elements are added behind the last one") {
    const Row row = GENERATE(Row{R"(["a"])", "", {}, R"(["a", "x", "y"])"},
                             Row{R"({"g":["a","b"]})", "/g", {}, R"({"g":["a","b","x","y"]})"},
                             Row{"[\n  \"a\" // first\n]", "", {}, "[\n  \"a\", // first\n  \"x\",\n  \"y\"\n]"},
                             Row{"[\n  \"a\", \"b\" // two\n]", "", {}, "[\n  \"a\", \"b\", \"x\", \"y\" // two\n]"},
                             Row{"[]", "", {}, R"(["x", "y"])"}, Row{"{}", "/g", {}, R"({ "g": ["x", "y"] })"});
    CHECK(json::append_at(row.text, row.place, std::vector<Value>{"x", "y"}) == row.expected);
}

TEST_CASE("what is removed takes its line along, and its comma") {
    const Row row =
        GENERATE(Row{R"([1, 2, 3])", "/0", {}, R"([2, 3])"}, Row{R"([1, 2, 3])", "/2", {}, R"([1, 2])"},
                 Row{R"([ 1 ])", "/0", {}, R"([])"}, Row{R"({ "a": 1, "b": 2 })", "/b", {}, R"({ "a": 1 })"},
                 Row{"{\n  \"a\": 1, // one\n  // about two\n  \"b\": 2 // two\n}",
                     "/b",
                     {},
                     "{\n  \"a\": 1 // one\n  // about two\n}"},
                 Row{"{\n  \"a\": 1, // one\n  \"b\": 2\n}", "/a", {}, "{\n  \"b\": 2\n}"},
                 Row{"[\n  1 /* , */ , // one\n  2\n]", "/0", {}, "[\n   /* , */  // one\n  2\n]"},
                 Row{"[\n  1\n]", "/0", {}, "[]"}, Row{"[ // none\n  1\n]", "/0", {}, "[ // none\n]"});
    CHECK(json::remove_at(row.text, row.place) == row.expected);
}

TEST_CASE("places that cannot be there, and texts that are no JSON") {
    CHECK_THROWS_AS(json::set_at("[1]", "/5", 1), Error);
    CHECK_THROWS_AS(json::set_at("{\"a\":1}", "/a/b", 1), Error);
    CHECK_THROWS_AS(json::append_at("{\"a\":1}", "/a", std::vector<Value>{1}), Error);
    CHECK_THROWS_AS(json::remove_at("{\"a\":1}", "/b"), Error);
    CHECK_THROWS_AS(json::remove_at("{\"a\":1}", ""), Error);
    CHECK_THROWS_AS(json::set_at("{", "/a", 1), Error);
    CHECK_THROWS_AS(json::set_at("{}", "a", 1), Error);
}

TEST_CASE("a layout for people") {
    Value document = Value::object();
    document.set("schema", 1).set("none", Value::object());
    document.set("models",
                 Value::object().set("m", Value::object().set("options", Value::object().set("num_ctx", 8192))));
    document.set("long", Value(Value::Array(30, Value("0123456789"))));
    const std::string text = json::to_layout(document);
    CHECK(text.find("{\n  \"schema\": 1,\n  \"none\": {},\n  \"models\": {\n    \"m\": {\n      \"options\": { "
                    "\"num_ctx\": 8192 }\n    }\n  },\n"
                    "  \"long\": [\n    \"0123456789\",\n") == 0);
    CHECK(json::read(text, "the layout").root == document);
}

// Random documents in random formatting, random edits: the text means what was wanted, the comments are there, and
// nothing else has changed.
namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
    bool one_in(std::size_t n) { return below(n) == 0; }

private:
    std::mt19937 engine_;
};

Value random_value(Dice& dice, int depth) {
    const std::size_t kind = dice.below(depth > 3 ? 5 : 8);
    Value value;
    if (kind == 1) return dice.one_in(2);
    if (kind == 2) return static_cast<int>(dice.below(1000)) - 500;
    if (kind == 3) return 1.5 * static_cast<double>(dice.below(9));
    if (kind == 4)
        return std::vector<const char*>{"", "a,b", "// no /* comment", "\"}]", "\n\u00e4\u4e16"}[dice.below(5)];
    if (kind == 5) value = Value::array();
    if (kind >= 6) value = Value::object();
    for (std::size_t i = kind >= 5 ? dice.below(4) : 0; i > 0; --i) {
        if (kind == 5)
            value.add(random_value(dice, depth + 1));
        else
            value.append_member({std::string(1, static_cast<char>('a' + dice.below(6))) + (dice.one_in(5) ? "/~" : ""),
                                 random_value(dice, depth + 1),
                                 {}});
    }
    return value;
}

class Scribbler {
public:
    explicit Scribbler(Dice& dice) : dice_(dice), newline_(dice.one_in(3) ? "\r\n" : "\n"), plain_(dice.one_in(3)) {}

    std::string write(const Value& value) {
        text_.clear();
        blank();
        put(value);
        blank();
        return text_;
    }
    std::size_t comments() const { return comments_; }

private:
    void blank() {
        for (std::size_t i = dice_.below(plain_ ? 2 : 4); i > 0; --i) {
            const std::size_t kind = dice_.below(plain_ ? 2 : 6);
            if (kind == 0) text_ += "  ";
            if (kind == 1) text_ += newline_;
            if (kind == 2) text_ += "\t";
            if (kind == 3) text_ += " // c" + std::to_string(comments_++) + ", { [ " + newline_;
            if (kind == 4) text_ += "/*c" + std::to_string(comments_++) + ",*/";
            if (kind == 5) text_ += "/*c" + std::to_string(comments_++) + "," + newline_ + " ] } \" */";
        }
    }
    void put(const Value& value) {
        if (!value.is_array() && !value.is_object()) {
            text_ += json::to_line(value);
            return;
        }
        text_ += value.is_array() ? '[' : '{';
        bool first = true;
        for (const Value& element : value.elements()) {
            comma(first);
            put(element);
        }
        for (const json::Member& member : value.members()) {
            comma(first);
            text_ += json::to_line(Value(member.key));
            blank();
            text_ += ':';
            blank();
            put(member.value);
        }
        blank();
        text_ += value.is_array() ? ']' : '}';
    }
    void comma(bool& first) {
        if (!first) {
            blank();
            text_ += ',';
        }
        first = false;
        blank();
    }

    Dice& dice_;
    std::string newline_;
    bool plain_;
    std::string text_;
    std::size_t comments_ = 0;
};

struct Spot {
    std::string place;
    const Value* value;
    const Value* parent;
    std::size_t index = 0; // in the parent
};

void collect(const Value& value, std::string place, std::vector<Spot>& spots) {
    for (std::size_t i = 0; i < value.elements().size(); ++i) {
        spots.push_back({place + "/" + std::to_string(i), &value.elements()[i], &value, i});
        collect(*spots.back().value, spots.back().place, spots);
    }
    for (std::size_t i = 0; i < value.members().size(); ++i) {
        const json::Member& member = value.members()[i];
        if (value.find(member.key) != &member.value) continue; // a later one of the same key is what the place means
        spots.push_back({place + json::pointer_step(member.key), &member.value, &value, i});
        collect(member.value, spots.back().place, spots);
    }
}

// The tree with one value in it exchanged, or without it.
Value rebuilt(const Value& tree, const Value* old, const Value* replacement) {
    if (&tree == old) return *replacement;
    if (tree.is_array()) {
        Value copy = Value::array();
        for (const Value& element : tree.elements()) {
            if (&element != old || replacement != nullptr) copy.add(rebuilt(element, old, replacement));
        }
        return copy;
    }
    if (tree.is_object()) {
        Value copy = Value::object();
        for (const json::Member& member : tree.members()) {
            if (&member.value != old || replacement != nullptr)
                copy.append_member({member.key, rebuilt(member.value, old, replacement), {}});
        }
        return copy;
    }
    return tree;
}

std::size_t line_begin(const std::string& text, std::size_t at) {
    const std::size_t before = at == 0 ? std::string::npos : text.find_last_of("\r\n", at - 1);
    return before == std::string::npos ? 0 : before + 1;
}

void check_edit(const std::string& before, const std::string& after, const Value& wanted, std::size_t first_changed,
                std::size_t last_changed, std::size_t lost_comments) {
    CAPTURE(before, after, json::to_line(wanted));
    const json::Document document = json::read(after, "the result", json::Comments::allowed);
    REQUIRE(json::to_line(document.root) == json::to_line(wanted));
    const std::size_t comments = json::read(before, "x", json::Comments::allowed).comments.size();
    REQUIRE(document.comments.size() <= comments);
    REQUIRE(document.comments.size() + lost_comments >= comments);
    REQUIRE(after.compare(0, line_begin(before, first_changed), before, 0, line_begin(before, first_changed)) == 0);
    const std::size_t rest = before.size() - last_changed;
    REQUIRE(after.size() >= rest);
    REQUIRE(after.compare(after.size() - rest, rest, before, last_changed, rest) == 0);
}

std::size_t item_begin(const Spot& spot) {
    return spot.parent->is_array() ? spot.value->extent().begin : spot.parent->members()[spot.index].key_extent.begin;
}

// Where an addition may begin to change the text.
std::size_t last_item_begin(const Value& container) {
    if (!container.elements().empty()) return container.elements().back().extent().begin;
    if (!container.members().empty()) return container.members().back().key_extent.begin;
    return container.extent().begin;
}

std::size_t comments_within(const json::Document& document, const json::Extent& extent) {
    return static_cast<std::size_t>(
        std::count_if(document.comments.begin(), document.comments.end(),
                      [&](const auto& c) { return c.extent.begin >= extent.begin && c.extent.end <= extent.end; }));
}

void edit_once(const std::string& text, Dice& dice) {
    const json::Document document = json::read(text, "the text", json::Comments::allowed);
    const Value& root = document.root;
    std::vector<Spot> spots;
    collect(root, "", spots);
    if (spots.empty()) return;
    const Spot spot = spots[dice.below(spots.size())];
    const Value value = random_value(dice, 2);
    const json::Extent& at = spot.value->extent();

    check_edit(text, json::set_at(text, spot.place, value), rebuilt(root, spot.value, &value), at.begin, at.end,
               comments_within(document, at));
    const json::Extent& around = spot.parent->extent();
    // The comments of its own line, and those inside it.
    check_edit(text, json::remove_at(text, spot.place), rebuilt(root, spot.value, nullptr), around.begin, around.end,
               comments_within(document, {item_begin(spot), around.end, 0}));
    Value grown = *spot.value;
    if (grown.is_array()) {
        grown.add(value).add(1);
        check_edit(text, json::append_at(text, spot.place, std::vector<Value>{value, 1}),
                   rebuilt(root, spot.value, &grown), last_item_begin(*spot.value), at.end, 0);
    }
    if (grown.is_object()) {
        grown.append_member({"new", Value::object().set("x y", value), {}});
        check_edit(text, json::set_at(text, spot.place + "/new/x y", value), rebuilt(root, spot.value, &grown),
                   last_item_begin(*spot.value), at.end, 0);
    }
}

} // namespace

TEST_CASE("random edits of random texts") {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        Dice dice(seed);
        CAPTURE(seed);
        Scribbler scribbler(dice);
        edit_once(scribbler.write(random_value(dice, 0)), dice);
    }
}

TEST_CASE("what was added and is removed again leaves the text as it was") {
    const std::string text =
        "{\n  // models\n  \"g\": [\n    \"a\", // first\n    \"b\" // second\n  ], // done\n  \"h\": [\"x\"]\n}\n";
    for (const char* group : {"/g", "/h"}) {
        const std::size_t count = std::string_view(group) == "/g" ? 2 : 1;
        const std::string more = json::append_at(text, group, std::vector<Value>{"new"});
        CHECK(more != text);
        CHECK(json::remove_at(more, group + ("/" + std::to_string(count))) == text);
    }
}

TEST_CASE("an element is put before the first one, in the manner of the text") {
    const Row row =
        GENERATE(Row{R"({"a":[2, 3]})", "/a", 1, R"({"a":[1, 2, 3]})"}, Row{R"({"a":[]})", "/a", 1, R"({"a":[1]})"},
                 Row{R"({"b":1})", "/a", 1, R"({"b":1,"a":[1]})"},
                 Row{"{\r\n  \"a\": [\r\n    2 // two\r\n  ]\r\n}", "/a", 1,
                     "{\r\n  \"a\": [\r\n    1,\r\n    2 // two\r\n  ]\r\n}"},
                 Row{"{\n  \"a\": [{\n    \"b\": 1\n  }]\n}", "/a", 1, "{\n  \"a\": [1, {\n    \"b\": 1\n  }]\n}"});
    CHECK(json::read(json::prepend_at(row.text, row.place, row.value), "x", json::Comments::allowed).root ==
          json::read(row.expected, "x", json::Comments::allowed).root);
    CHECK(json::prepend_at(row.text, row.place, row.value) == row.expected);
    CHECK_THROWS_AS(json::prepend_at(R"({"a":1})", "/a", 1), Error);
}
