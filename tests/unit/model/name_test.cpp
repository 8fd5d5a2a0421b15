#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/model/name.hpp"

#include <set>
#include <string>
#include <vector>

using namespace codemate;

TEST_CASE("names are read as Ollama reads them") {
    struct Row {
        const char* text;
        const char* parts; // host owner model tag
        const char* display;
    };
    // The table of facts.md 2.1.
    const Row row = GENERATE(
        Row{"m", "registry.ollama.ai library m latest", "m:latest"},
        Row{"n/m", "registry.ollama.ai n m latest", "n/m:latest"},
        Row{"localhost/m", "registry.ollama.ai localhost m latest", "localhost/m:latest"},
        Row{"localhost:5000/n/m", "localhost:5000 n m latest", "localhost:5000/n/m:latest"},
        Row{"hf.co/bartowski/Some-Model-GGUF:Q4_K_M", "hf.co bartowski Some-Model-GGUF Q4_K_M",
            "hf.co/bartowski/Some-Model-GGUF:Q4_K_M"},
        Row{"qwen2.5-coder:7b-q4_0", "registry.ollama.ai library qwen2.5-coder 7b-q4_0", "qwen2.5-coder:7b-q4_0"},
        Row{"Registry.Ollama.AI/Library/m", "Registry.Ollama.AI Library m latest", "m:latest"},
        Row{"h.org/library/m:t", "h.org library m t", "h.org/library/m:t"},
        Row{"_x/_y:_z", "registry.ollama.ai _x _y _z", "_x/_y:_z"});
    const ModelName name = ModelName::parse(row.text);
    CHECK(name.host() + " " + name.owner() + " " + name.model() + " " + name.tag() == row.parts);
    CHECK(name.display() == row.display);
    CHECK(ModelName::parse(name.display()).same_on_server(name));
}

TEST_CASE("what Ollama refuses is refused, with the rule") {
    const std::string text = GENERATE(
        as<std::string>{}, "", "localhost:5000/m", "http://h/m", "http://h:1/n/m:t", "a/b/c/d", "h/a.b/m", "a.b/m",
        "m@sha256:0123", "m:t@sha256:0123", "m:", ":t", "m:t:u", "m:.t", " m", "m ", "m\n", "/m", "m/", "h//m", "a b",
        "-m", "ä", "m:" + std::string(81, 'x'), std::string(81, 'x'), std::string(351, 'h') + "/o/m");
    CHECK_THROWS_AS(ModelName::parse(text), Error);
}

TEST_CASE("messages name the place") {
    CHECK_THROWS_WITH(ModelName::parse("a b"),
                      "'a b' is no model name: a model consists of letters, digits, _ - .; it cannot contain ' '");
    CHECK_THROWS_WITH(ModelName::parse("m:"), "'m:' is no model name: the tag is empty");
    CHECK_THROWS_WITH(ModelName::parse("m@sha256:0123"),
                      "'m@sha256:0123' is no model name: a model name has no digest behind an @");
}

TEST_CASE("lengths at their borders") {
    CHECK_NOTHROW(ModelName::parse(std::string(80, 'm') + ":" + std::string(80, 't')));
    CHECK_NOTHROW(ModelName::parse(std::string(350, 'h') + "/o/m"));
}

TEST_CASE("the server folds case") {
    CHECK(ModelName::parse("Mistral:Latest").same_on_server(ModelName::parse("mistral")));
    CHECK_FALSE(ModelName::parse("mistral:7b").same_on_server(ModelName::parse("mistral")));
    CHECK(ModelName::parse("Mistral") != ModelName::parse("mistral"));
}

TEST_CASE("in maps and sets of models the server's idea of the same name counts") {
    const ServerOrder before;
    const std::vector<std::string> in_order{"a.org/x/m", "a.org/x/M:tag", "A.ORG/y/a", "m:7b", "M:8b", "n"};
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        for (std::size_t j = 0; j < in_order.size(); ++j) {
            INFO(in_order[i] << " " << in_order[j]);
            CHECK(before(ModelName::parse(in_order[i]), ModelName::parse(in_order[j])) == (i < j));
        }
    }
    std::set<ModelName, ServerOrder> names{ModelName::parse("Mistral:7B"), ModelName::parse("mistral:7b")};
    CHECK(names.size() == 1);
    CHECK(names.contains(ModelName::parse("Registry.Ollama.AI/Library/mistral:7b")));
}

TEST_CASE("tags that the server reads as something else") {
    for (const char* text : {"foo:local", "foo:cloud", "foo:20b-cloud", "foo:Local", "foo:20B-CLOUD"}) {
        CHECK(ModelName::parse(text).misread_by_server());
    }
    for (const char* text : {"foo", "foo:localhost", "cloud:7b", "foo:cloudy"})
        CHECK_FALSE(ModelName::parse(text).misread_by_server());
}

TEST_CASE("short display leaves the default tag out") {
    CHECK(ModelName::parse("mistral").display_short() == "mistral");
    CHECK(ModelName::parse("mistral:7b").display_short() == "mistral:7b");
}

TEST_CASE("patterns cover components, never parts of words") {
    struct Row {
        const char* pattern;
        const char* name;
        bool matches;
    };
    const Row row = GENERATE(
        Row{"mistral", "mistral", true}, Row{"mistral", "mistral:7b-instruct", true},
        Row{"mistral", "Mistral:7B", true}, Row{"mistral", "mistral-nemo", false},
        Row{"mistral", "mistral-small:24b", false}, Row{"mistral", "someone/mistral", false},
        Row{"mistral", "h.org/library/mistral", false}, Row{"mistral:7b", "mistral:7b", true},
        Row{"mistral:7b", "mistral", false}, Row{"mistral:*", "mistral:x", true}, Row{"someone/*", "someone/x:y", true},
        Row{"someone/*", "other/x", false}, Row{"someone/*", "h.org/someone/x", false},
        Row{"hf.co/owner/repo", "hf.co/owner/repo:Q4_0", true}, Row{"hf.co/owner/*", "hf.co/owner/any", true},
        Row{"someone/*:latest", "someone/x", true}, Row{"someone/*:latest", "someone/x:y", false});
    CHECK(NamePattern::parse(row.pattern).matches(ModelName::parse(row.name)) == row.matches);
    CHECK(NamePattern::parse(row.pattern).text() == row.pattern);
}

TEST_CASE("patterns that are none") {
    const char* text = GENERATE("", "*", "*:7b", "mis*", "a/b/c/d", "a b", "mistral:");
    CHECK_THROWS_AS(NamePattern::parse(text), Error);
}
