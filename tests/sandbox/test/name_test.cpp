#include "sandbox/name.hpp"
#include "support/catch.hpp"

#include <vector>

using codemate::sandbox::folded;
using codemate::sandbox::Name;
using codemate::sandbox::Reference;

TEST_CASE("names as the server reads them") {
    struct Case {
        std::string text, full; // empty: refused
    };
    const std::string eighty(80, 'a');
    for (const auto& [text, full] : std::vector<Case>{
             {"m", "registry.ollama.ai/library/m:latest"},
             {"m:7b", "registry.ollama.ai/library/m:7b"},
             {"n/m", "registry.ollama.ai/n/m:latest"},
             {"localhost/m", "registry.ollama.ai/localhost/m:latest"},
             {"localhost:5000/m", ""},
             {"localhost:5000/n/m", "localhost:5000/n/m:latest"},
             {"http://h:1/n/m:t", "h:1/n/m:t"},
             {"http://h/m", ""},
             {"a/b/c/d", ""},
             {"a.b/m", ""},
             {"m@sha256:00", ""},
             {"m:", ""},
             {":t", ""},
             {"m:t:u", ""},
             {"m:.t", ""},
             {" m", ""},
             {"", ""},
             {"hf.co/bartowski/Some-Model-GGUF:Q4_K_M", "hf.co/bartowski/Some-Model-GGUF:Q4_K_M"},
             {eighty, "registry.ollama.ai/library/" + eighty + ":latest"},
             {eighty + "a", ""},
         }) {
        INFO(text);
        const auto name = Name::parse(text);
        CHECK((name ? name->full() : "") == full);
    }
}

TEST_CASE("names as the server shows them") {
    CHECK(Name::parse("mistral")->display() == "mistral:latest");
    CHECK(Name::parse("me/mistral:7b")->display() == "me/mistral:7b");
    CHECK(Name::parse("h:1/library/mistral")->display() == "h:1/library/mistral:latest");
    CHECK(Name::parse("Registry.Ollama.AI/Library/mistral")->display() == "mistral:latest");
}

TEST_CASE("each part takes the spelling of some name that is there") {
    const std::vector<Name> there{*Name::parse("Me/Mistral:7B"), *Name::parse("other:Q4_K_M")};
    CHECK(folded(*Name::parse("me/mistral:7b"), there).full() == "registry.ollama.ai/Me/Mistral:7B");
    CHECK(folded(*Name::parse("new:q4_k_m"), there).full() == "registry.ollama.ai/library/new:Q4_K_M");
}

TEST_CASE("local and cloud behind the last colon") {
    struct Case {
        std::string text, base, pull_name;
        Reference::Source source = Reference::Source::unspecified;
        Reference::Problem problem = Reference::Problem::none;
    };
    using Source = Reference::Source;
    using Problem = Reference::Problem;
    for (const auto& [text, base, pull_name, source, problem] : std::vector<Case>{
             {"foo:7b", "foo:7b", "foo:7b"},
             {"foo:local", "foo", "foo", Source::local},
             {"foo:LOCAL", "foo", "foo", Source::local},
             {"foo:7b:local", "foo:7b", "foo:7b", Source::local},
             {"qwen3:cloud", "qwen3", "qwen3:cloud", Source::cloud},
             {"gpt-oss:20b:cloud", "gpt-oss:20b", "gpt-oss:20b-cloud", Source::cloud},
             {"gpt-oss:20b-cloud", "gpt-oss:20b", "gpt-oss:20b-cloud", Source::cloud},
             {"foo:cloud:local", "foo:cloud", "foo:cloud", Source::local, Problem::conflicting},
             {"  ", "", "", Source::unspecified, Problem::missing},
         }) {
        INFO(text);
        const auto reference = Reference::parse(text);
        CHECK(reference.problem == problem);
        CHECK(reference.source == source);
        CHECK(reference.base == base);
        CHECK(reference.pull_name() == pull_name);
    }
}
