#include "support/catch.hpp"

#include "codemate/manifest/manifest.hpp"

using namespace codemate;
using namespace codemate::manifest;

namespace {

constexpr std::string_view text = R"({
  "schema": 1,
  "roles": { "primary": "qwen2.5-coder:7b", "fallback": "mistral", "embedding": "qwen2.5-coder:7b" },
  "groups": { "free": ["default", "phi3:mini"], "code": ["codellama:7b", "primary", "small"], "small": ["phi3:mini"] },
  "models": { "reg.lan:5000/team/private:v1": {}, "Weird/Case:Q4": {} }
})";

Manifest read(std::string_view json = text) {
    Parsed parsed = parse(json, Origin{});
    REQUIRE(parsed.problems.empty());
    return std::move(parsed.manifest);
}

std::vector<std::string> names(const std::vector<Wanted>& wanted) {
    std::vector<std::string> result;
    for (const Wanted& each : wanted)
        result.push_back(each.name.display() + " " + each.target + (each.declared ? "" : " undeclared") +
                         (each.plain_http ? " http" : ""));
    return result;
}

std::vector<std::string> resolved(const std::vector<std::string>& targets) {
    return names(resolve(read(), targets));
}

struct Refusal {
    std::string target, message, hint;
};

Error refusal(const std::string& target) {
    try {
        resolve(read(), std::vector<std::string>{target});
    } catch (const Error& error) {
        return error;
    }
    FAIL("accepted: " << target);
    throw std::logic_error("unreachable");
}

using Strings = std::vector<std::string>;

} // namespace

TEST_CASE("targets mean groups, roles, declared models and other models") {
    CHECK(resolved({}) == Strings{"qwen2.5-coder:7b default", "mistral:latest default"});
    CHECK(resolved({"default"}) == resolved({}));
    CHECK(resolved({"free"}) == Strings{"qwen2.5-coder:7b free", "mistral:latest free", "phi3:mini free"});
    CHECK(resolved({"code"}) == Strings{"codellama:7b code", "qwen2.5-coder:7b code", "phi3:mini code"});
    CHECK(resolved({"fallback"}) == Strings{"mistral:latest fallback"});
    CHECK(resolved({"mistral"}) == Strings{"mistral:latest mistral"});
    CHECK(resolved({"mistral:latest"}) == Strings{"mistral:latest mistral:latest"});
    CHECK(resolved({"mistral:7b"}) == Strings{"mistral:7b mistral:7b undeclared"});
    CHECK(resolved({"someone/x"}) == Strings{"someone/x:latest someone/x undeclared"});
    CHECK(resolved({"defualt"}) == Strings{"defualt:latest defualt undeclared"}); // may exist: who pulls it will see
}

TEST_CASE("the order is that of the targets, and each model comes once") {
    CHECK(resolved({"small", "fallback", "free"}) ==
          Strings{"phi3:mini small", "mistral:latest fallback", "qwen2.5-coder:7b free"});
    CHECK(resolved({"mistral", "Mistral:latest", "mistral"}) == Strings{"mistral:latest mistral"});
    CHECK(resolved({"x:Q4", "x:q4"}) == Strings{"x:Q4 x:Q4 undeclared"});
}

TEST_CASE("a declared model keeps the manifest's spelling") {
    CHECK(resolved({"weird/case:q4"}) == Strings{"Weird/Case:Q4 weird/case:q4"});
}

TEST_CASE("a declared default is the required set, in its order") {
    const Manifest other = read(
        R"({"schema": 1, "roles": {"a": "m", "b": "n"}, "groups": {"default": ["b", "x:1", "a"], "more": ["default", "y"]}})");
    CHECK(names(resolve(other, {})) == Strings{"n:latest default", "x:1 default", "m:latest default"});
    CHECK(required_set(other) ==
          std::vector<ModelName>{ModelName::parse("n"), ModelName::parse("x:1"), ModelName::parse("m")});
    const Strings more{"more"};
    CHECK(names(resolve(other, more)) == Strings{"n:latest more", "x:1 more", "m:latest more", "y:latest more"});
}

TEST_CASE("without a declared default the roles are the required set, in the order of the text") {
    const Manifest other = read(R"({"schema": 1, "roles": {"z": "m", "b": "n", "a": "m"}})");
    CHECK(required_set(other) == std::vector<ModelName>{ModelName::parse("m"), ModelName::parse("n")});
}

TEST_CASE("a manifest without roles requires nothing") {
    CHECK(required_set(read(R"({"schema": 1})")).empty());
}

TEST_CASE("registries by URL") {
    CHECK(resolved({"http://localhost:5000/team/m:v1"}) ==
          Strings{"localhost:5000/team/m:v1 http://localhost:5000/team/m:v1 undeclared http"});
    CHECK(resolved({"HTTP://localhost:5000/team/m"}) ==
          Strings{"localhost:5000/team/m:latest HTTP://localhost:5000/team/m undeclared http"});
    CHECK(resolved({"http://reg.lan:5000/team/private:v1"}) ==
          Strings{"reg.lan:5000/team/private:v1 http://reg.lan:5000/team/private:v1 http"});
    CHECK(resolved({"https://hf.co/owner/repo:Q4_K_M"}) ==
          Strings{"hf.co/owner/repo:Q4_K_M https://hf.co/owner/repo:Q4_K_M undeclared"});
    CHECK(resolved({"https://registry.ollama.ai/library/mistral"}) ==
          Strings{"mistral:latest https://registry.ollama.ai/library/mistral"});
}

TEST_CASE("the tags of models that run elsewhere can be asked for") {
    CHECK(resolved({"qwen3:cloud"}) == Strings{"qwen3:cloud qwen3:cloud undeclared"});
    CHECK(resolved({"gpt-oss:20b-cloud"}) == Strings{"gpt-oss:20b-cloud gpt-oss:20b-cloud undeclared"});
}

TEST_CASE("what no target can be") {
    const auto each = GENERATE(values<Refusal>({
        {"", "a target is empty", "name a group, a role or a model"},
        {"all", "'all' is everything that is installed, which the manifest does not know",
         "name a group: default, code, free or small"},
        {"foo:local",
         "'foo:local': Ollama takes ':local' for the place where a model runs, not for a tag, and would act on "
         "'foo:latest'",
         "copy the model to another tag with `ollama cp` and use that name"},
        {"mistral@sha256:0123456789ab",
         "'mistral@sha256:0123456789ab' names a digest, which only pull, export and rollback take",
         "name the tag, 'mistral', and compare the digest afterwards"},
        {"http://h:1/o/m@sha256:0123456789ab",
         "'http://h:1/o/m@sha256:0123456789ab' names a digest, which only pull, export and rollback take",
         "name the tag, 'http://h:1/o/m', and compare the digest afterwards"},
        {"http://registry.ollama.ai/library/mistral:7b",
         "'http://registry.ollama.ai/library/mistral:7b': the public registry is not asked without TLS",
         "leave http:// out: mistral:7b"},
        {"http://Registry.Ollama.ai/library/mistral:7b",
         "'http://Registry.Ollama.ai/library/mistral:7b': the public registry is not asked without TLS",
         "leave http:// out: mistral:7b"},
        {"http://localhost:5000/m",
         "'http://localhost:5000/m' lacks a part: behind the scheme come host, owner and model",
         "write http://host:port/owner/model:tag"},
        {"https://mistral", "'https://mistral' lacks a part: behind the scheme come host, owner and model",
         "write https://host:port/owner/model:tag"},
        {"http://h:5000/a/b/c:1",
         "'http://h:5000/a/b/c:1' has a part too many: behind the scheme come host, owner and model",
         "write http://host:port/owner/model:tag"},
        {"ftp://h/o/m", "'ftp://h/o/m': registries speak http and https, not 'ftp'",
         "write host:port/owner/model:tag, with http:// in front for a registry without TLS"},
    }));
    const Error error = refusal(each.target);
    CHECK(error.kind() == Kind::usage);
    CHECK(error.message() == each.message);
    CHECK(error.hint() == each.hint);
}

TEST_CASE("a target that is no name is answered with the nearest word") {
    CHECK(refusal("primary!").hint() == "did you mean 'primary'?");
    CHECK(refusal("mistral:latest?").hint() == "did you mean 'mistral:latest'?");
    CHECK(refusal("fre e").hint() == "did you mean 'free'?");
    const Error far = refusal("completely@different");
    CHECK(far.kind() == Kind::usage);
    CHECK(far.hint().starts_with("a name is "));
    CHECK(refusal("http://h:1/o/m:\x1b[0m").message().find('\x1b') == std::string::npos);
}

TEST_CASE("one registry cannot be asked in two ways at once") {
    const Strings targets{"reg.lan:5000/team/private:v1", "http://reg.lan:5000/team/private:v1"};
    CHECK_THROWS_AS(resolve(read(), targets), Error);
}

TEST_CASE("groups that share groups are gone through once, not once for each way to them") {
    std::string json = R"({"schema": 1, "groups": {"a0": ["m"], "b0": ["n"])";
    for (int i = 1; i < 64; ++i) {
        const std::string below = "[\"a" + std::to_string(i - 1) + "\", \"b" + std::to_string(i - 1) + "\"]";
        json += ", \"a" + std::to_string(i) + "\": " + below + ", \"b" + std::to_string(i) + "\": " + below;
    }
    const Strings top{"a63"};
    CHECK(names(resolve(read(json + "}}"), top)) == Strings{"m:latest a63", "n:latest a63"});
}

TEST_CASE("words to suggest") {
    CHECK(known_words(read()) == Strings{"default", "code", "free", "small", "embedding", "fallback", "primary",
                                         "reg.lan:5000/team/private:v1", "codellama:7b", "mistral", "mistral:latest",
                                         "phi3:mini", "qwen2.5-coder:7b", "Weird/Case:Q4"});
}
