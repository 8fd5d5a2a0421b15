#include "support/catch.hpp"
#include "support/schema.hpp"
#include "support/temp_dir.hpp"

#include "codemate/json/read.hpp"
#include "codemate/manifest/manifest.hpp"

#include <filesystem>

// docs/manifest.md and the schema for editors say what parse() does.

using namespace codemate;
using namespace codemate::manifest;

namespace {

using Strings = std::vector<std::string>;

std::string document(std::string_view path) {
    return test::read_text(std::filesystem::path(CODEMATE_SOURCE_DIR) / path);
}

json::Value relaxed(std::string_view text) {
    return json::read(text, "text", json::Comments::allowed).root;
}

const json::Value& schema() {
    static const json::Value value =
        json::read(document("docs/json/codemate.schema.json"), "codemate.schema.json").root;
    return value;
}

Strings notes(std::string_view text) {
    const Parsed parsed = parse(text, Origin{});
    return to_error(parsed.manifest.origin, parsed.problems).notes();
}

// The blocks of a Markdown text that are marked as JSON.
Strings json_blocks(const std::string& markdown) {
    Strings blocks;
    for (std::size_t at = markdown.find("```json"); at != markdown.npos; at = markdown.find("```json", at)) {
        const std::size_t begin = markdown.find('\n', at) + 1;
        at = markdown.find("```", begin);
        blocks.push_back(markdown.substr(begin, at - begin));
        at += 3;
    }
    return blocks;
}

const json::Value& definition(const json::Value& part) {
    const json::Value* reference = part.find("$ref");
    if (reference == nullptr) return part;
    return *schema().find("$defs")->find(reference->string()->substr(std::string_view("#/$defs/").size()));
}

// A value that is wrong for the key on purpose: whoever knows the key complains of the value, who does not, of the key.
void check_keys_known(const json::Value& part, const std::string& before, const std::string& behind) {
    const json::Value* properties = definition(part).find("properties");
    if (properties == nullptr) return;
    for (const json::Member& property : properties->members()) {
        INFO(before << property.key);
        const Strings found = notes(before + "\"" + property.key + "\": false" + behind);
        if (property.key != "gpu") REQUIRE_FALSE(found.empty());
        for (const std::string& note : found)
            CHECK(note.find("unknown key") == note.npos);
        check_keys_known(property.value, before + "\"" + property.key + "\": {", "}" + behind);
    }
}

} // namespace

TEST_CASE("the examples of docs/manifest.md are manifests without mistakes") {
    const Strings blocks = json_blocks(document("docs/manifest.md"));
    REQUIRE(blocks.size() >= 2);
    for (const std::string& block : blocks) {
        INFO(block);
        CHECK(notes(block).empty());
        CHECK(test::schema_mistakes(schema(), relaxed(block)).empty());
    }
}

TEST_CASE("docs/manifest.md names every key of the schema") {
    const std::string text = document("docs/manifest.md");
    for (const json::Member& property : schema().find("properties")->members()) {
        INFO(property.key);
        const bool named = text.find("| `" + property.key + "`") != text.npos ||
                           text.find("| `" + property.key + ".") != text.npos ||
                           text.find(", `" + property.key + "`") != text.npos;
        CHECK(named);
        const json::Value* inner = property.value.find("properties");
        if (inner == nullptr) continue;
        for (const json::Member& key : inner->members()) {
            INFO(key.key);
            CHECK(text.find("`" + property.key + "." + key.key + "`") != text.npos);
        }
    }
    for (const json::Member& property : schema().find("$defs")->find("model")->find("properties")->members()) {
        const json::Value* inner = property.value.find("properties");
        if (inner == nullptr)
            CHECK(text.find("| `" + property.key + "`") != text.npos);
        else {
            for (const json::Member& key : inner->members()) {
                INFO(property.key << "." << key.key);
                CHECK(text.find("`" + property.key + "." + key.key) != text.npos);
            }
        }
    }
}

TEST_CASE("the example of a mistake in docs/manifest.md looks as mistakes do") {
    const std::string text = document("docs/manifest.md");
    const Strings found = notes("{ \"schema\": 1,\n\n\"rolse\": {},\n\n\n\"groups\": { \"code\": [\"codellama:7b\",\n"
                                "\n\"x\"] },\n\n\n\n\"budget\": { \"disk\": \"ten\" } }");
    REQUIRE(found.size() == 2);
    for (const std::string& note : found)
        CHECK(text.find("  " + note + "\n") != text.npos);
    const Strings twice =
        notes("{ \"schema\": 1,\n\n\n\n\n\n\"groups\": { \"code\": [\"codellama:7b\",\n\"codellama:7b\"] } }");
    REQUIRE(twice.size() == 1);
    CHECK(text.find("  " + twice[0] + "\n") != text.npos);
}

TEST_CASE("the built-in manifest fits the schema") {
    CHECK(test::schema_mistakes(schema(), relaxed(built_in_text())).empty());
}

TEST_CASE("every key of the schema is one that parse() knows") {
    check_keys_known(schema(), "{\"schema\": 1, ", "}");
    const json::Value& model = *schema().find("$defs")->find("model");
    check_keys_known(model, "{\"schema\": 1, \"models\": {\"m\": {", "}}}");
}

TEST_CASE("what the schema refuses, parse() refuses; what both accept is the same") {
    struct Case {
        std::string members;
        bool good;
    };
    const auto each = GENERATE(values<Case>({
        {R"("$schema": "./codemate.schema.json")", true},
        {R"("unknown": 1)", false},
        {R"("schema": 2)", false},
        {R"("project": "")", false},
        {R"("version": "1.2.0-rc1")", true},
        {R"("version": "v1")", false},
        {R"("ollama": ">=0.21")", true},
        {R"("ollama": "0.21")", false},
        {R"("roles": {"all": "m"})", false},
        {R"("roles": {"a b": "m"})", false},
        {R"("roles": {"a": "hf.co/Owner/Repo-GGUF:Q4_K_M"})", true},
        {R"("roles": {"a": "m@sha256:0123"})", false},
        {R"("roles": {"a": 1})", false},
        {R"("groups": {"a": []})", false},
        {R"("groups": {"a": ["m", "m"]})", false},
        {R"("groups": {"a": ["m", "n:7b"]})", true},
        {R"("protected": ["mistral", "someone/*"])", true},
        {R"("protected": [""])", false},
        {R"("budget": {"disk": 5000000000})", true},
        {R"("budget": {"disk": "4.7 GB"})", true},
        {R"("budget": {"disk": "ten"})", false},
        {R"("budget": {"disk": 0})", false},
        {R"("policy": {"quantization": []})", true},
        {R"("policy": {"quantization": "Q4_0"})", false},
        {R"("models": {"m": {"from": "n"}})", true},
        {R"("models": {"m": {"form": "n"}})", false},
        {R"("models": {"m": {"expect": {"context": 0}}})", false},
        {R"("models": {"m": {"expect": {"gpu": 1}}})", false},
        {R"("models": {"m": {"expect": {"license": "sha256:01"}}})", false},
        {R"("models": {"m": {"options": {"anything": [1, {"a": null}]}}})", true},
        {R"("models": {"m": {"options": 1}})", false},
        {R"("models": {"m": {"promise": {"decode_tps": 0.5}}})", true},
        {R"("models": {"m": {"promise": {"decode_tps": 0}}})", false},
        {R"("models": {"m": {"about": {"notes": ["a", "b"]}}})", true},
        {R"("models": {"m": {"about": {"notes": "a"}}})", true},
        {R"("models": {"m": {"about": {"notes": ""}}})", false},
        {R"("models": {"m": {"about": {"stated": {"size": "2.3GB"}}}})", true},
        {R"("vector_store": {"chroma": "db", "dimension": 768})", true},
        {R"("vector_store": {"dimension": 1.5})", false},
        {R"("vector_store": {"chroma": "db", "volume": "v", "collection": "c", "rebuild": "make"})", true},
        {R"("vector_store": {"rebuild": ""})", false},
        {R"("vector_store": {"path": "db"})", false},
        {R"("mirrors": ["http://registry.lan:5000"])", true},
        {R"("mirrors": ["https://registry.corp/models/team/"])", true},
        {R"("mirrors": ["registry.lan"])", false},
        {R"("mirrors": ["https://registry.corp/Models"])", false},
        {R"("about": {"purpose": ["a"], "criteria": [], "notes": ["b"]})", true},
        {R"("about": {"purpose": "a"})", false},
        {R"("about": {"storage": ["a"], "validation": ["b c"], "references": {"A": "docs/a.md"}})", true},
        {R"("about": {"references": ["a"]})", false},
        {R"("about": {"references": {"A": ""}})", false},
    }));
    INFO(each.members);
    // "schema" may stand in the case; the last of two counts then, and parse() also refuses it for standing there
    // twice.
    const std::string text = "{\"schema\": 1, " + each.members + "}";
    CHECK(notes(text).empty() == each.good);
    CHECK(test::schema_mistakes(schema(), relaxed(text)).empty() == each.good);
}
