#include "support/catch.hpp"

#include "codemate/base/text.hpp"
#include "codemate/manifest/manifest.hpp"

#include <algorithm>

using namespace codemate;
using namespace codemate::manifest;

namespace {

std::vector<std::string> notes_of(std::string_view text) {
    const Parsed parsed = parse(text, Origin{});
    return to_error(parsed.manifest.origin, parsed.problems).notes();
}

struct Case {
    std::string members; // beside "schema": 1, on line 1
    std::vector<std::string> notes;
};

void check(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
        INFO(each.members);
        CHECK(notes_of("{\"schema\": 1, " + each.members + "}") == each.notes);
    }
}

} // namespace

TEST_CASE("types") {
    check({
        {R"("project": 3)", {"line 1: /project: expected the project's name, found 3"}},
        {R"("project": "")", {"line 1: /project: expected the project's name, found an empty text"}},
        {R"("roles": [])", {"line 1: /roles: expected an object of roles and their models, found an array"}},
        {R"("roles": null)", {"line 1: /roles: expected an object of roles and their models, found null"}},
        {R"("roles": {"primary": 7})", {"line 1: /roles/primary: expected a model name, found 7"}},
        {R"("roles": {"primary": ["m"]})", {"line 1: /roles/primary: expected a model name, found an array"}},
        {R"("groups": {"g": "m"})", {"line 1: /groups/g: expected a list of models, roles and groups, found 'm'"}},
        {R"("groups": {"g": ["m", {}]})",
         {"line 1: /groups/g/1: expected the name of a model, role or group, found an object"}},
        {R"("protected": "mistral")",
         {"line 1: /protected: expected a list of model names, such as \"mistral\" or \"someone/*\", found 'mistral'"}},
        {R"("protected": [true])",
         {"line 1: /protected/0: expected a model name, such as \"mistral\" or \"someone/*\", found true or false"}},
        {R"("budget": 10)", {"line 1: /budget: expected an object, found 10"}},
        {R"("policy": {"quantization": "Q4_0"})",
         {"line 1: /policy/quantization: expected a list of quantizations, such as [\"Q4_0\"], found 'Q4_0'"}},
        {R"("models": [])", {"line 1: /models: expected an object of model names, found an array"}},
        {R"("models": {"m": "x"})", {"line 1: /models/m: expected an object, found 'x'"}},
        {R"("models": {"a/m": {"from": 1}})", {"line 1: /models/a~1m/from: expected a model name, found 1"}},
        {R"("models": {"m": {"options": []}})", {"line 1: /models/m/options: expected an object, found an array"}},
        {R"("models": {"m": {"expect": {"gpu": "yes"}}})",
         {"line 1: /models/m/expect/gpu: expected true or false, found 'yes'"}},
        {R"("models": {"m": {"expect": {"context": -1}}})",
         {"line 1: /models/m/expect/context: expected a number of tokens, at least 1, found -1"}},
        {R"("models": {"m": {"expect": {"context": 8192.5}}})",
         {"line 1: /models/m/expect/context: expected a number of tokens, at least 1, found 8192.5"}},
        {R"("models": {"m": {"promise": {"decode_tps": 0}}})",
         {"line 1: /models/m/promise/decode_tps: expected a number of tokens a second, more than 0, found 0"}},
        {R"("models": {"m": {"promise": {"ttft_ms": "1s"}}})",
         {"line 1: /models/m/promise/ttft_ms: expected a number of milliseconds, more than 0, found '1s'"}},
        {R"("models": {"m": {"about": {"notes": 1}}})",
         {"line 1: /models/m/about/notes: expected a text or a list of texts, found 1"}},
        {R"("models": {"m": {"about": {"why": ["a", ""]}}})",
         {"line 1: /models/m/about/why/1: expected a text, found an empty text"}},
        {R"("about": {"criteria": "x"})", {"line 1: /about/criteria: expected a list of texts, found 'x'"}},
        {R"("vector_store": "chroma_db")", {"line 1: /vector_store: expected an object, found 'chroma_db'"}},
        {R"("vector_store": {"dimension": 0})",
         {"line 1: /vector_store/dimension: expected the length of a vector, at least 1, found 0"}},
        {R"("vector_store": {"colection": "a"})",
         {"line 1: /vector_store/colection: unknown key 'colection' (did you mean 'collection'?)"}},
        {R"("vector_store": {"rebuild": ["make"]})",
         {"line 1: /vector_store/rebuild: expected a command line, which is only printed, found an array"}},
        {R"("mirrors": {})", {"line 1: /mirrors: expected a list of registries, found an object"}},
        {R"("$schema": 1)", {"line 1: /$schema: expected the URL of a JSON schema, found 1"}},
    });
}

TEST_CASE("keys") {
    check({
        {R"("rolse": {})", {"line 1: /rolse: unknown key 'rolse' (did you mean 'roles'?)"}},
        {R"("Roles": {})", {"line 1: /Roles: unknown key 'Roles' (did you mean 'roles'?)"}},
        {R"("budget": {"memory": "1GB"})", {"line 1: /budget/memory: unknown key 'memory'; known here: disk"}},
        {R"("models": {"m": {"form": "x"}})", {"line 1: /models/m/form: unknown key 'form' (did you mean 'from'?)"}},
        {R"("models": {"m": {"expect": {"contxt": 1}}})",
         {"line 1: /models/m/expect/contxt: unknown key 'contxt' (did you mean 'context'?)"}},
        {R"("models": {"m": {"about": {"stated": {"sise": "1GB"}}}})",
         {"line 1: /models/m/about/stated/sise: unknown key 'sise' (did you mean 'size'?)"}},
        {R"("": 1)", {"line 1: /: the name is empty"}},
        {R"("project": "a", "project": "b")", {"line 1: /project: 'project' is given twice; first on line 1"}},
        {"\"roles\": {\"a\": \"m\",\n\"a\": \"n\"}", {"line 2: /roles/a: 'a' is given twice; first on line 1"}},
        {R"("groups": {"g": ["m"], "g": ["n"]})", {"line 1: /groups/g: 'g' is given twice; first on line 1"}},
        {R"("models": {"m": {}, "m": {}})", {"line 1: /models/m: 'm' is given twice; first on line 1"}},
        {R"("models": {"m": {"options": {"a": [{"b": 1, "b": 2}]}}})",
         {"line 1: /models/m/options/a/0/b: 'b' is given twice; first on line 1"}},
        {R"("bud\u001bet": {})", {"line 1: /bud\\x1bet: unknown key 'bud\\x1bet' (did you mean 'budget'?)"}},
    });
}

TEST_CASE("sizes, versions and digests") {
    check({
        {R"("budget": {"disk": "ten"})",
         {"line 1: /budget/disk: expected a size such as \"10GB\", \"512MiB\" or a number of bytes, found 'ten'"}},
        {R"("budget": {"disk": "0GB"})",
         {"line 1: /budget/disk: expected a size such as \"10GB\", \"512MiB\" or a number of bytes, found '0GB'"}},
        {R"("budget": {"disk": -5})",
         {"line 1: /budget/disk: expected a size such as \"10GB\", \"512MiB\" or a number of bytes, found -5"}},
        {R"("models": {"m": {"about": {"stated": {"size": "~4.7GB"}}}})",
         {"line 1: /models/m/about/stated/size: expected a size such as \"10GB\", \"512MiB\" or a number of bytes, "
          "found "
          "'~4.7GB'"}},
        {R"("version": "v0.4.0")", {"line 1: /version: expected a version such as \"0.4.0\", found 'v0.4.0'"}},
        {R"("version": "0.4.0-")", {"line 1: /version: expected a version such as \"0.4.0\", found '0.4.0-'"}},
        {R"("version": "1.2.3.4")", {"line 1: /version: expected a version such as \"0.4.0\", found '1.2.3.4'"}},
        {R"("version": "1..2")", {"line 1: /version: expected a version such as \"0.4.0\", found '1..2'"}},
        {R"("version": "1", "ollama": ">= 0.21.3")", {}},
        {R"("ollama": "0.21")", {"line 1: /ollama: expected a server version such as \">=0.21\", found '0.21'"}},
        {R"("ollama": ">=new")", {"line 1: /ollama: expected a server version such as \">=0.21\", found '>=new'"}},
        {R"("models": {"m": {"expect": {"license": "sha256:0123"}}})",
         {"line 1: /models/m/expect/license: expected a digest (sha256: and 64 hexadecimal digits), found "
          "'sha256:0123'"}},
        {R"("mirrors": ["registry.lan:5000", "http://a/B", "ftp://c", "http://u@h", "http://"])",
         {"line 1: /mirrors/0: expected a registry such as \"https://registry.lan:5000\" or "
          "\"https://registry.corp/models\", found "
          "'registry.lan:5000'",
          "line 1: /mirrors/1: expected a registry such as \"https://registry.lan:5000\" or "
          "\"https://registry.corp/models\", found "
          "'http://a/B'",
          "line 1: /mirrors/2: expected a registry such as \"https://registry.lan:5000\" or "
          "\"https://registry.corp/models\", found "
          "'ftp://c'",
          "line 1: /mirrors/3: expected a registry such as \"https://registry.lan:5000\" or "
          "\"https://registry.corp/models\", found "
          "'http://u@h'",
          "line 1: /mirrors/4: expected a registry such as \"https://registry.lan:5000\" or "
          "\"https://registry.corp/models\", found "
          "'http://'"}},
    });
}

TEST_CASE("names") {
    check({
        {R"("roles": {"": "m"})", {"line 1: /roles/: the name is empty"}},
        {R"("roles": {"a b": "m"})",
         {"line 1: /roles/a b: the name of a role has up to 80 letters, digits, _ - and ., and begins with a letter, a "
          "digit or _"}},
        {R"("groups": {"g:x": ["m"]})",
         {"line 1: /groups/g:x: the name of a group has up to 80 letters, digits, _ - and ., and begins with a letter, "
          "a digit or "
          "_"}},
        {R"("roles": {"a": "http://h:1/o/m"})",
         {"line 1: /roles/a: 'http://h:1/o/m' is a URL; expected a model name, host/owner/model:tag, without http:// "
          "or https://"}},
        {R"("roles": {"a": "foo:local"})",
         {"line 1: /roles/a: Ollama takes the tag 'local' for the place where a model runs, and would act on another "
          "model"}},
        {R"("groups": {"g": ["foo:20b-cloud"]})",
         {"line 1: /groups/g/0: Ollama takes the tag '20b-cloud' for the place where a model runs, and would act on "
          "another model"}},
        {R"("models": {"foo:Cloud": {}})",
         {"line 1: /models/foo:Cloud: Ollama takes the tag 'Cloud' for the place where a model runs, and would act on "
          "another "
          "model"}},
        {R"("models": {"m:7b": {"from": "M:7B"}})",
         {"line 1: /models/m:7b/from: 'M:7B' is the model's own name; leave \"from\" out, or name another model"}},
        {R"("models": {"m": {"from": "https://h/o/m"}})",
         {"line 1: /models/m/from: 'https://h/o/m' is a URL; expected a model name, host/owner/model:tag, without "
          "http:// or "
          "https://"}},
        {R"("models": {"m": {"from": "m:local"}})",
         {"line 1: /models/m/from: Ollama takes the tag 'local' for the place where a model runs, and would act on "
          "another model"}},
    });
}

TEST_CASE("names that Ollama does not accept are reported at their place, whatever holds them") {
    for (const std::string name : {"m:", "a b", "m@sha256:0123", "a/b/c/d", "ümlaut"}) {
        INFO(name);
        const Parsed parsed =
            parse("{\"schema\": 1, \"roles\": {\"r\": \"" + name + "\"},\n\"groups\": {\"g\": [\"" + name +
                      "\"]},\n\"models\": {\"x\": {\"from\": \"" + name + "\"}},\n\"protected\": [\"" + name + "\"]}",
                  Origin{});
        REQUIRE(parsed.problems.size() == 4);
        const std::vector<std::string> paths{"/roles/r", "/groups/g/0", "/models/x/from", "/protected/0"};
        for (std::size_t i = 0; i < paths.size(); ++i) {
            CHECK(parsed.problems[i].line == i + 1);
            CHECK(parsed.problems[i].path == paths[i]);
            CHECK(parsed.problems[i].text.find(quoted(name)) != std::string::npos);
        }
    }
}

TEST_CASE("one word, one thing") {
    check({
        {R"("roles": {"x": "m"}, "groups": {"x": ["n"]})",
         {"line 1: /groups/x: 'x' names a group here and is a role on line 1; one word, one thing"}},
        {R"("groups": {"x": ["m"]}, "roles": {"x": "n"})",
         {"line 1: /roles/x: 'x' names a role here and is a group on line 1; one word, one thing"}},
        {R"("groups": {"x": ["m"]}, "models": {"x": {}})",
         {"line 1: /models/x: 'x' names a model here and is a group on line 1; one word, one thing"}},
        {R"("groups": {"x": ["X:latest"]})",
         {"line 1: /groups/x/0: 'X' names a model here and is a group on line 1; one word, one thing"}},
        {R"("roles": {"x": "x"})",
         {"line 1: /roles/x: 'x' names a model here and is a role on line 1; one word, one thing"}},
        {R"("roles": {"a": "m", "b": "a"})",
         {"line 1: /roles/b: 'a' names a model here and is a role on line 1; one word, one thing"}},
        {R"("roles": {"x": "x:7b"})", {}},
        {R"("roles": {"x": "someone/x"})", {}},
        {R"("roles": {"x": "m"}, "groups": {"X": ["n"]})",
         {"line 1: /groups/X: 'X' names a group here and is a role on line 1; one word, one thing"}},
        {R"("groups": {"x": ["m"], "X": ["n"]})",
         {"line 1: /groups/X: the group 'X' differs from 'x' on line 1 only in letter case"}},
        {R"("roles": {"default": "m"})",
         {"line 1: /roles/default: 'default' names a role here and is a group, the required set; one word, one thing"}},
        {R"("models": {"default": {}})",
         {"line 1: /models/default: 'default' names a model here and is a group, the required set; one word, one "
          "thing"}},
        {R"("roles": {"all": "m"})",
         {"line 1: /roles/all: 'all' means everything that is installed and cannot be the name of a role"}},
        {R"("groups": {"g": ["all"]})",
         {"line 1: /groups/g/0: 'all' means everything that is installed and cannot be the name of a model"}},
        {R"("groups": {"x": ["m"]}, "models": {"x": {}}, "roles": {"r": "x:latest"})",
         {"line 1: /models/x: 'x' names a model here and is a group on line 1; one word, one thing"}},
    });
}

TEST_CASE("models that are one to the server") {
    check({
        {R"("models": {"mistral": {}, "mistral:latest": {}})",
         {"line 1: /models/mistral:latest: 'mistral:latest' is the same model as 'mistral' on line 1"}},
        {R"("roles": {"a": "mistral:7b"}, "groups": {"g": ["Mistral:7b"]})",
         {"line 1: /groups/g/0: 'Mistral:7b' is to the server the same as 'mistral:7b' on line 1; spell both alike"}},
        {R"("roles": {"a": "m:Q4", "b": "m:q4", "c": "m:q4"})",
         {"line 1: /roles/b: 'm:q4' is to the server the same as 'm:Q4' on line 1; spell both alike"}},
        {R"("groups": {"g": ["mistral", "mistral:latest"]})",
         {"line 1: /groups/g/1: 'mistral:latest' is named twice; first on line 1"}},
        {R"("roles": {"r": "m"}, "groups": {"g": ["r", "n", "r"]})",
         {"line 1: /groups/g/2: 'r' is named twice; first on line 1"}},
        {R"("groups": {"a": ["m"], "b": ["m"]})", {}},
        {R"("protected": ["mistral", "Mistral"])", {"line 1: /protected/1: 'Mistral' is named twice"}},
        {R"("policy": {"quantization": ["Q4_0", "Q4_0"]})", {"line 1: /policy/quantization/1: 'Q4_0' is named twice"}},
    });
}

TEST_CASE("groups of nothing and groups of themselves") {
    check({
        {R"("groups": {"g": []})", {"line 1: /groups/g: the group 'g' names nothing"}},
        {R"("groups": {"g": ["default"]})",
         {"line 1: /groups/g/0: 'default' names nothing: there is no such group and no role"}},
        {R"("groups": {"g": [""]})",
         {"line 1: /groups/g/0: expected the name of a model, role or group, found an empty text"}},
        {R"("groups": {"g": ["g"]})", {"line 1: /groups/g/0: groups cannot contain themselves: g → g"}},
        {R"("groups": {"a": ["b", "m"], "b": ["c"], "c": ["a"]})",
         {"line 1: /groups/c/0: groups cannot contain themselves: a → b → c → a"}},
        {R"("groups": {"x": ["a"], "a": ["b"], "b": ["a", "b"]})",
         {"line 1: /groups/b/0: groups cannot contain themselves: a → b → a",
          "line 1: /groups/b/1: groups cannot contain themselves: b → b"}},
        {R"("roles": {"r": "m"}, "groups": {"default": ["free"], "free": ["default"]})",
         {"line 1: /groups/free/0: groups cannot contain themselves: default → free → default"}},
        {R"("groups": {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["m"]})", {}}, // a diamond is no circle
    });
}

TEST_CASE("the schema") {
    CHECK(notes_of("{}") == std::vector<std::string>{"line 1: /schema: the key is missing; write \"schema\": 1"});
    CHECK(notes_of("\n\n{\"project\": 1}") ==
          std::vector<std::string>{"line 3: /schema: the key is missing; write \"schema\": 1",
                                   "line 3: /project: expected the project's name, found 1"});
    CHECK(notes_of(R"({"schema": "1"})") == std::vector<std::string>{"line 1: /schema: expected 1, found '1'"});
    CHECK(notes_of(R"({"schema": 0})") == std::vector<std::string>{"line 1: /schema: expected 1, found 0"});
    CHECK(notes_of("[]") == std::vector<std::string>{"line 1: expected an object, found an array"});
    // Nothing else is said of what may be right in the newer one.
    CHECK(notes_of("{\"rolls\": 1,\n\"schema\": 2}") ==
          std::vector<std::string>{
              "line 2: /schema: the manifest has schema 2; this codemate understands schema 1 and nothing newer"});
}

TEST_CASE("text that is no JSON is one problem with its line") {
    struct Syntax {
        std::string text;
        std::size_t line;
    };
    const auto each = GENERATE(values<Syntax>({
        {"", 1},
        {"{", 1},
        {"{\n\"schema\": 1,\n}", 3},
        {"{\n\"schema\": 1\n\"roles\": {}}", 3},
        {"{\"schema\": 1}\n\nx", 3},
        {"{\"schema\": 'x'}", 1},
        {"// only a comment\n", 2},
    }));
    INFO(each.text);
    const Parsed parsed = parse(each.text, Origin{});
    REQUIRE(parsed.problems.size() == 1);
    CHECK(parsed.problems[0].line == each.line);
    CHECK(parsed.problems[0].path.empty());
    CHECK(parsed.problems[0].text.starts_with("not valid JSON: column "));
}

TEST_CASE("all mistakes are reported together, in the order of the text") {
    const std::vector<std::string> notes = notes_of(R"({
  "schema": 1,
  "groups": {
    "a": ["b"],
    "b": ["a"],
    "c": []
  },
  "rolse": {},
  "models": { "Mistral": {} },
  "roles": { "primary": 7, "a": "mistral" },
  "budget": { "disk": "ten" }
})");
    CHECK(notes ==
          std::vector<std::string>{
              "line 5: /groups/b/0: groups cannot contain themselves: a → b → a",
              "line 6: /groups/c: the group 'c' names nothing",
              "line 8: /rolse: unknown key 'rolse' (did you mean 'roles'?)",
              "line 10: /roles/primary: expected a model name, found 7",
              "line 10: /roles/a: 'a' names a role here and is a group on line 4; one word, one thing",
              "line 10: /roles/a: 'mistral' is to the server the same as 'Mistral' on line 9; spell both alike",
              "line 11: /budget/disk: expected a size such as \"10GB\", \"512MiB\" or a number of bytes, found 'ten'",
          });
}

TEST_CASE("long chains and many mistakes need neither stack nor patience") {
    std::string text = R"({"schema": 1, "groups": {"g0": ["m"])";
    for (int i = 1; i < 20'000; ++i)
        text += ", \"g" + std::to_string(i) + "\": [\"g" + std::to_string(i - 1) + "\"]";
    const Parsed chain = parse(text + "}}", Origin{});
    REQUIRE(chain.problems.empty());
    const std::vector<std::string> last{"g19999"};
    CHECK(resolve(chain.manifest, last).size() == 1);

    std::string unknown = R"({"schema": 1)";
    for (int i = 0; i < 20'000; ++i)
        unknown += ", \"unknown" + std::to_string(i) + "\": 1";
    CHECK(parse(unknown + "}", Origin{}).problems.size() == 20'000);
}

TEST_CASE("no beginning of a manifest, and none with a byte changed, throws") {
    const std::string_view text = built_in_text();
    for (std::size_t length = 0; length < text.size(); length += 97) {
        INFO(length);
        // The whole manifest but its last brackets is never one.
        CHECK_FALSE(parse(text.substr(0, length), Origin{}).problems.empty());
    }
    for (std::size_t at = 0; at < text.size(); at += 53) {
        for (const char c : {'"', '{', '\0', '\xff', ':', '9'}) {
            std::string changed(text);
            changed[at] = c;
            CHECK_NOTHROW(parse(changed, Origin{}));
        }
    }
}
