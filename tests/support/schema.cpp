#include "support/schema.hpp"

#include "codemate/base/text.hpp"
#include "codemate/base/time.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>

namespace codemate::test {
namespace {

using json::Member;
using json::Value;

[[noreturn]] void bad_schema(const std::string& why) {
    throw std::invalid_argument("schema: " + why);
}

std::string word_of(const Value& schema_part) {
    const std::string* text = schema_part.string();
    if (text == nullptr) bad_schema("expected a string, found " + std::string(schema_part.type_name()));
    return *text;
}

bool is_type(const Value& value, const std::string& type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.boolean().has_value();
    if (type == "integer") return value.integer().has_value() || value.unsigned_integer().has_value();
    if (type == "number") return value.number().has_value();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    bad_schema("unknown type " + type);
}

class Checker {
public:
    explicit Checker(const Value& root) : root_(root) {}

    std::vector<std::string> mistakes(const Value& schema, const Value& value, const std::string& path) const {
        std::vector<std::string> found;
        check(schema, value, path, found);
        return found;
    }

private:
    // What a keyword does: its own value, the schema around it, what is checked, where that stands.
    struct At {
        const Value& keyword;
        const Value& schema;
        const Value& value;
        const std::string& path;
        std::vector<std::string>& found;

        void wrong(const std::string& text) const {
            found.push_back((path.empty() ? "the whole" : path) + ": " + text);
        }
        void expected(const std::string& what) const {
            wrong("expected " + what + ", found " +
                  (value.is_object() || value.is_array() ? std::string(value.type_name()) : json::to_line(value)));
        }
    };
    using Rule = std::function<void(const Checker&, const At&)>;

    void check(const Value& schema, const Value& value, const std::string& path,
               std::vector<std::string>& found) const {
        if (schema.boolean()) {
            if (!*schema.boolean()) found.push_back((path.empty() ? "the whole" : path) + ": nothing is allowed here");
            return;
        }
        if (!schema.is_object()) bad_schema("expected an object, found " + std::string(schema.type_name()));
        for (const Member& member : schema.members()) {
            const auto rule = rules().find(member.key);
            if (rule == rules().end()) bad_schema("unknown keyword " + member.key);
            if (rule->second) rule->second(*this, At{member.value, schema, value, path, found});
        }
    }

    const Value& target_of(const std::string& reference) const {
        if (reference == "#") return root_;
        constexpr std::string_view prefix = "#/$defs/";
        const Value* definitions = root_.find("$defs");
        const Value* target = reference.starts_with(prefix) && definitions != nullptr
                                  ? definitions->find(std::string_view(reference).substr(prefix.size()))
                                  : nullptr;
        if (target == nullptr) bad_schema("nothing stands at " + reference);
        return *target;
    }

    std::size_t fitting(const At& at) const {
        std::size_t count = 0;
        for (const Value& option : at.keyword.elements())
            if (mistakes(option, at.value, at.path).empty()) ++count;
        return count;
    }

    static void type(const At& at) {
        std::vector<std::string> types;
        if (at.keyword.is_string()) types.push_back(word_of(at.keyword));
        for (const Value& type : at.keyword.elements())
            types.push_back(word_of(type));
        if (types.empty()) bad_schema("type without a type");
        if (std::none_of(types.begin(), types.end(), [&](const std::string& type) { return is_type(at.value, type); }))
            at.expected(listed(types, "or"));
    }

    static void any_of_values(const At& at) {
        const auto values = at.keyword.elements();
        if (std::find(values.begin(), values.end(), at.value) == values.end())
            at.expected("one of " + json::to_line(at.keyword));
    }

    static void required(const At& at) {
        for (const Value& key : at.keyword.elements())
            if (at.value.is_object() && at.value.find(word_of(key)) == nullptr) at.wrong("no '" + word_of(key) + "'");
    }

    // properties, patternProperties and additionalProperties are one question: which schema is a member's?
    static bool has_property(const Value& schema, std::string_view key) {
        const Value* properties = schema.find("properties");
        return properties != nullptr && properties->find(key) != nullptr;
    }

    static bool has_pattern(const Value& schema, std::string_view key) {
        const Value* patterns = schema.find("patternProperties");
        if (patterns == nullptr) return false;
        const auto members = patterns->members();
        return std::any_of(members.begin(), members.end(),
                           [&](const Member& pattern) { return pattern_matches(pattern.key, key); });
    }

    void properties(const At& at) const {
        for (const Member& member : at.value.members())
            if (const Value* schema = at.keyword.find(member.key))
                check(*schema, member.value, at.path + json::pointer_step(member.key), at.found);
    }

    void pattern_properties(const At& at) const {
        for (const Member& pattern : at.keyword.members())
            for (const Member& member : at.value.members())
                if (pattern_matches(pattern.key, member.key))
                    check(pattern.value, member.value, at.path + json::pointer_step(member.key), at.found);
    }

    void additional_properties(const At& at) const {
        for (const Member& member : at.value.members()) {
            if (has_property(at.schema, member.key) || has_pattern(at.schema, member.key)) continue;
            if (at.keyword.boolean() == false)
                at.wrong("unknown key '" + member.key + "'");
            else
                check(at.keyword, member.value, at.path + json::pointer_step(member.key), at.found);
        }
    }

    void property_names(const At& at) const {
        for (const Member& member : at.value.members())
            check(at.keyword, Value(member.key), at.path + json::pointer_step(member.key), at.found);
    }

    void items(const At& at) const {
        std::size_t index = 0;
        for (const Value& element : at.value.elements())
            check(at.keyword, element, at.path + "/" + std::to_string(index++), at.found);
    }

    static void unique_items(const At& at) {
        std::set<std::string> seen;
        for (const Value& element : at.value.elements())
            if (at.keyword.boolean() == true && !seen.insert(json::to_line(element)).second)
                at.wrong(json::to_line(element) + " stands there twice");
    }

    static void string_rule(const At& at, const std::string& keyword) {
        if (!at.value.is_string()) return;
        const std::string& text = *at.value.string();
        if (keyword == "minLength" && text.size() < at.keyword.unsigned_integer()) at.expected("a longer text");
        if (keyword == "pattern" && !pattern_matches(word_of(at.keyword), text))
            at.expected("a text like " + word_of(at.keyword));
        if (keyword != "format") return;
        if (word_of(at.keyword) != "date-time") bad_schema("unknown format " + word_of(at.keyword));
        if (!parse_rfc3339(text)) at.expected("a time in RFC 3339");
    }

    // A comparison of a number of the value (itself, its length) with the keyword's.
    static Rule compare(std::function<std::optional<double>(const Value&)> measure,
                        std::function<bool(double, double)> holds, std::string words) {
        return [=](const Checker&, const At& at) {
            const auto limit = at.keyword.number();
            if (!limit) bad_schema("expected a number");
            const auto measured = measure(at.value);
            if (measured && !holds(*measured, *limit)) at.expected(words + " " + json::to_line(at.keyword));
        };
    }

    static std::optional<double> number_of(const Value& value) { return value.number(); }
    static std::optional<double> items_of(const Value& value) {
        return value.is_array() ? std::optional(static_cast<double>(value.elements().size())) : std::nullopt;
    }
    static std::optional<double> members_of(const Value& value) {
        return value.is_object() ? std::optional(static_cast<double>(value.members().size())) : std::nullopt;
    }

    void combined(const At& at, const std::string& keyword) const {
        if (keyword == "not") {
            if (mistakes(at.keyword, at.value, at.path).empty()) at.wrong("is what is not allowed here");
            return;
        }
        const std::size_t count = fitting(at);
        if (keyword == "anyOf" && count == 0) at.wrong("fits none of the forms that are allowed");
        if (keyword == "oneOf" && count != 1)
            at.wrong("fits " + std::to_string(count) + " of the forms instead of one");
        if (keyword == "allOf")
            for (const Value& part : at.keyword.elements())
                check(part, at.value, at.path, at.found);
    }

    // Long because it is the list of keywords; those without a rule are for people.
    static const std::map<std::string, Rule>& rules() {
        const auto of = [](void (*rule)(const At&)) { return [rule](const Checker&, const At& at) { rule(at); }; };
        const auto member = [](void (Checker::*rule)(const At&) const) {
            return [rule](const Checker& checker, const At& at) { (checker.*rule)(at); };
        };
        const auto text = [](const char* name) {
            return [name](const Checker&, const At& at) { string_rule(at, name); };
        };
        const auto combine = [](const char* name) {
            return [name](const Checker& checker, const At& at) { checker.combined(at, name); };
        };
        static const std::map<std::string, Rule> table{
            {"$schema", {}},
            {"$id", {}},
            {"$comment", {}},
            {"$defs", {}},
            {"title", {}},
            {"description", {}},
            {"default", {}},
            {"examples", {}},
            {"type", of(type)},
            {"enum", of(any_of_values)},
            {"const",
             [](const Checker&, const At& at) {
                 if (!(at.value == at.keyword)) at.expected(json::to_line(at.keyword));
             }},
            {"required", of(required)},
            {"properties", member(&Checker::properties)},
            {"patternProperties", member(&Checker::pattern_properties)},
            {"additionalProperties", member(&Checker::additional_properties)},
            {"propertyNames", member(&Checker::property_names)},
            {"minProperties", compare(members_of, std::greater_equal<>(), "members, at least")},
            {"items", member(&Checker::items)},
            {"minItems", compare(items_of, std::greater_equal<>(), "elements, at least")},
            {"maxItems", compare(items_of, std::less_equal<>(), "elements, at most")},
            {"uniqueItems", of(unique_items)},
            {"minimum", compare(number_of, std::greater_equal<>(), "at least")},
            {"maximum", compare(number_of, std::less_equal<>(), "at most")},
            {"exclusiveMinimum", compare(number_of, std::greater<>(), "more than")},
            {"minLength", text("minLength")},
            {"pattern", text("pattern")},
            {"format", text("format")},
            {"allOf", combine("allOf")},
            {"anyOf", combine("anyOf")},
            {"oneOf", combine("oneOf")},
            {"not", combine("not")},
            {"$ref",
             [](const Checker& checker, const At& at) {
                 checker.check(checker.target_of(word_of(at.keyword)), at.value, at.path, at.found);
             }},
        };
        return table;
    }

    const Value& root_;
};

} // namespace

std::vector<std::string> schema_mistakes(const json::Value& schema, const json::Value& value) {
    return Checker(schema).mistakes(schema, value, "");
}

} // namespace codemate::test
