#include "unit/model/mistral.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/value.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/model/image_diff.hpp"

#include <string>
#include <vector>

using namespace codemate;
using namespace codemate::manifest;

namespace {

using Strings = std::vector<std::string>;

const std::string a64(64, 'a');
const std::string b64(64, 'b');

ModelName name(std::string_view text) {
    return ModelName::parse(text);
}

Locked mistral_before() {
    const Image image = Image::parse(test::mistral("before.manifest.json"));
    return {image.digest, name("mistral"), image.size(), "Q4_0", image.bytes, {}, {}};
}

// One entry of an otherwise good lock, each member on a line of its own from line 4 on.
std::string lock_of(const std::string& members, const std::string& model = "mistral:latest") {
    return "{\"schema\": 1, \"models\": {\n\n\"" + model + "\": {\n" + members + "}}}\n";
}

const std::string good = "\"digest\": \"sha256:" + a64 + "\",\n\"source\": \"mistral\",\n\"size\": 7";

Strings notes_of(std::string_view text) {
    return to_error(Origin{}, parse_lock(text).problems).notes();
}

} // namespace

TEST_CASE("a lock is written to be read in a diff") {
    Lock lock;
    lock.models.emplace(name("mistral"), mistral_before());
    lock.models.emplace(name("hf.co/owner/repo:Q4_0"),
                        Locked{*Digest::parse(a64), name("hf.co/owner/repo:Q4_0"), ByteCount(7), "", {}, {}, {}});
    lock.models.emplace(name("someone/embed:v1"), Locked{*Digest::parse(b64),
                                                         name("http-free.lan:5000/someone/embed:v1"),
                                                         ByteCount(8),
                                                         "F16",
                                                         {},
                                                         {*Digest::parse(std::string(64, 'd')), *Digest::parse(b64),
                                                          *Digest::parse(a64), *Digest::parse(a64)},
                                                         "AAECAw=="});
    const std::string manifest = json::to_line(json::Value(test::mistral("before.manifest.json")));
    CHECK(to_text(lock) == R"({
  "schema": 1,
  "models": {
    "hf.co/owner/repo:Q4_0": {
      "digest": "sha256:)" + a64 +
                               R"(",
      "source": "hf.co/owner/repo:Q4_0",
      "size": 7
    },
    "mistral:latest": {
      "digest": "sha256:47724431b2167019c0a4a76cf36df9a51cb7ff3884955ea6e410cf55c906f97d",
      "source": "registry.ollama.ai/library/mistral:latest",
      "size": 4113289819,
      "quantization": "Q4_0",
      "manifest": )" + manifest +
                               R"(
    },
    "someone/embed:v1": {
      "digest": "sha256:)" + b64 +
                               R"(",
      "source": "http-free.lan:5000/someone/embed:v1",
      "size": 8,
      "quantization": "F16",
      "same": [
        "sha256:)" + a64 + R"(",
        "sha256:)" + std::string(64, 'd') +
                               R"("
      ],
      "vectors": "AAECAw=="
    }
  }
}
)");
}

TEST_CASE("what was written is read back, byte for byte") {
    Lock lock;
    Locked locked = mistral_before();
    locked.bytes = *locked.bytes + "\n"; // as a created model's manifest ends
    locked.digest = Digest::of(*locked.bytes);
    locked.same = {Digest::of("x"), *Digest::parse(a64)};
    locked.vectors = "AAECAw==";
    lock.models.emplace(name("mistral"), locked);
    const std::string text = to_text(lock);
    const ParsedLock parsed = parse_lock(text);
    CHECK(notes_of(text).empty());
    CHECK(to_text(parsed.lock) == text);
    const Locked* found = parsed.lock.find(name("Mistral:Latest"));
    REQUIRE(found != nullptr);
    CHECK(found->bytes == locked.bytes);
    CHECK(found->digest == locked.digest);
    CHECK(found->source == name("mistral"));
    CHECK(found->size == locked.size);
    CHECK(found->quantization == "Q4_0");
    CHECK(found->same.size() == 2);
    CHECK(found->vectors == "AAECAw==");
    CHECK(parsed.lock.find(name("mistral:7b")) == nullptr);
}

TEST_CASE("an empty lock") {
    CHECK(to_text(Lock{}) == "{\n  \"schema\": 1,\n  \"models\": {}\n}\n");
    CHECK(notes_of(to_text(Lock{})).empty());
}

TEST_CASE("a locked digest and its equals are meant") {
    Locked locked = mistral_before();
    locked.same = {Digest::of("re-encoded")};
    CHECK(locked.is(locked.digest));
    CHECK(locked.is(Digest::of("re-encoded")));
    CHECK_FALSE(locked.is(Digest::of("other")));
}

TEST_CASE("a pin that moves changes the lines of its model only") {
    Lock lock;
    lock.models.emplace(name("mistral"), mistral_before());
    Locked other = mistral_before();
    other.source = name("mistral:7b");
    lock.models.emplace(name("mistral:7b"), other);
    const std::string before = to_text(lock);
    const Image after = Image::parse(test::mistral("after.manifest.json"));
    Locked& moved = lock.models.at(name("mistral"));
    moved.digest = after.digest;
    moved.size = after.size();
    moved.quantization = "Q4_K_M";
    moved.bytes = after.bytes;
    const auto lines = unified_diff(before, to_text(lock), 0);
    std::size_t changed = 0;
    for (const std::string& line : lines)
        changed += line.starts_with('-') || line.starts_with('+') ? 1U : 0U;
    CHECK(changed == 8); // digest, size, quantization, manifest
}

TEST_CASE("mistakes in the whole") {
    struct Row {
        std::string text;
        Strings notes;
    };
    const std::vector<Row> rows{
        {"[]", {"line 1: expected an object, found an array"}},
        {"{}", {"line 1: /schema: the key is missing; write \"schema\": 1", "line 1: /models: the key is missing"}},
        {"{\"schema\": 2, \"models\": 7, \"other\": 1}",
         {"line 1: /schema: the lock has schema 2; this codemate understands schema 1 and nothing newer"}},
        {"{\"schema\": 0, \"models\": {}}", {"line 1: /schema: expected 1, found 0"}},
        {"{\"schema\": \"1\", \"models\": {}}", {"line 1: /schema: expected 1, found '1'"}},
        {"{\"schema\": 1, \"models\": []}", {"line 1: /models: expected an object of model names, found an array"}},
        {"{\"schema\": 1, \"model\": {}}",
         {"line 1: /models: the key is missing", "line 1: /model: unknown key 'model' (did you mean 'models'?)"}},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        CHECK(notes_of(row.text) == row.notes);
    }
}

TEST_CASE("what is no JSON is told with its line") {
    for (const char* text : {"", "\n\n<<<<<<< HEAD\n", "{\"schema\": 1, // why\n \"models\": {}}"}) {
        INFO(text);
        const Strings notes = notes_of(text);
        REQUIRE(notes.size() == 1);
        CHECK(notes[0].starts_with(text[0] == '\n' ? "line 3: not valid JSON: " : "line 1: not valid JSON: "));
    }
}

TEST_CASE("every beginning of a lock is refused") {
    Lock lock;
    lock.models.emplace(name("mistral"), mistral_before());
    const std::string text = to_text(lock);
    for (std::size_t size = 0; size + 1 < text.size(); size += 7) { // without the final newline it is whole
        INFO(size);
        CHECK_FALSE(parse_lock(text.substr(0, size)).problems.empty());
    }
}

TEST_CASE("mistakes in an entry") {
    struct Row {
        std::string members;
        Strings notes;
    };
    const std::string digest = "\"digest\": \"sha256:" + a64 + "\"";
    const std::string rest = ",\n\"source\": \"mistral\",\n\"size\": 7";
    const std::vector<Row> rows{
        {good, {}},
        {"",
         {"line 3: /models/mistral:latest/digest: the key is missing",
          "line 3: /models/mistral:latest/source: the key is missing",
          "line 3: /models/mistral:latest/size: the key is missing"}},
        {"\"digest\": \"sha256:abc\"" + rest,
         {"line 4: /models/mistral:latest/digest: expected a digest (sha256: and 64 hexadecimal digits), found "
          "'sha256:abc'"}},
        {"\"digest\": \"" + a64 + "\"" + rest,
         {"line 4: /models/mistral:latest/digest: expected a digest (sha256: and 64 hexadecimal digits), found '" +
          a64 + "'"}},
        {"\"digest\": \"sha256:" + a64.substr(1) + "g\"" + rest,
         {"line 4: /models/mistral:latest/digest: expected a digest (sha256: and 64 hexadecimal digits), found "
          "'sha256:" +
          a64.substr(1) + "g'"}},
        {"\"digest\": 7" + rest,
         {"line 4: /models/mistral:latest/digest: expected a digest (sha256: and 64 hexadecimal digits), found 7"}},
        {digest + ",\n\"source\": \"a b\",\n\"size\": 7",
         {"line 5: /models/mistral:latest/source: 'a b' is no model name: a model consists of letters, digits, _ - .; "
          "it cannot contain ' '"}},
        {digest + ",\n\"source\": \"http://h/o/m\",\n\"size\": 7",
         {"line 5: /models/mistral:latest/source: 'http://h/o/m' is a URL; expected a model name, "
          "host/owner/model:tag, without http:// or https://"}},
        {digest + ",\n\"source\": \"mistral\",\n\"size\": \"4 GB\"",
         {"line 6: /models/mistral:latest/size: expected a number of bytes, found '4 GB'"}},
        {digest + ",\n\"source\": \"mistral\",\n\"size\": -7",
         {"line 6: /models/mistral:latest/size: expected a number of bytes, found -7"}},
        {good + ",\n\"quantisation\": \"Q4_0\"",
         {"line 7: /models/mistral:latest/quantisation: unknown key 'quantisation' (did you mean 'quantization'?)"}},
        {good + ",\n\"size\": 7", {"line 7: /models/mistral:latest/size: 'size' is given twice; first on line 6"}},
        {good + ",\n\"same\": \"" + a64 + "\"",
         {"line 7: /models/mistral:latest/same: expected a list of digests, found '" + a64 + "'"}},
        {good + ",\n\"same\": [\n\"sha256:1\"]",
         {"line 8: /models/mistral:latest/same/0: expected a digest (sha256: and 64 hexadecimal digits), found "
          "'sha256:1'"}},
        {good + ",\n\"vectors\": 7",
         {"line 7: /models/mistral:latest/vectors: expected the vectors of the fixed sentences, found 7"}},
        {good + ",\n\"manifest\": {}",
         {"line 7: /models/mistral:latest/manifest: expected the registry's manifest as a text, found an object"}},
        {good + ",\n\"manifest\": \"{}\"",
         {"line 7: /models/mistral:latest/manifest: these bytes have the digest " + Digest::of("{}").text() +
          ", not the locked one"}},
        {"\"digest\": \"" + Digest::of("{}").text() + "\"" + rest + ",\n\"manifest\": \"{}\"",
         {"line 7: /models/mistral:latest/manifest: the model's manifest: /config (line 1) is missing"}},
        {"\"digest\": \"x\",\n\"source\": 1,\n\"size\": 0",
         {"line 4: /models/mistral:latest/digest: expected a digest (sha256: and 64 hexadecimal digits), found 'x'",
          "line 5: /models/mistral:latest/source: expected a model name, host/owner/model:tag, found 1",
          "line 6: /models/mistral:latest/size: expected a number of bytes, found 0"}},
    };
    for (const Row& row : rows) {
        INFO(row.members);
        CHECK(notes_of(lock_of(row.members)) == row.notes);
    }
}

TEST_CASE("a flipped digit anywhere in digest or size is found by the manifest's bytes") {
    Lock lock;
    lock.models.emplace(name("mistral"), mistral_before());
    const std::string text = to_text(lock);
    std::string digest = text;
    digest[text.find("sha256:") + 7] = '5';
    CHECK(notes_of(digest) == Strings{"line 9: /models/mistral:latest/manifest: these bytes have the digest "
                                      "sha256:47724431b2167019c0a4a76cf36df9a51cb7ff3884955ea6e410cf55c906f97d, not "
                                      "the locked one"});
    std::string size = text;
    size[text.find("4113289819")] = '5';
    CHECK(notes_of(size) == Strings{"line 7: /models/mistral:latest/size: expected 4113289819, the sum of what the "
                                    "manifest names, found 5113289819"});
    std::string bytes = text;
    bytes[text.rfind("sha256:") + 7] ^= 1;
    CHECK(notes_of(bytes).size() == 1);
}

TEST_CASE("a model is locked once, however it is spelt") {
    struct Row {
        const char* second;
        Strings notes;
    };
    const std::string path = "line 7: /models/";
    const std::vector<Row> rows{
        {"mistral:latest", {path + "mistral:latest: 'mistral:latest' is given twice; first on line 3"}},
        {"mistral", {path + "mistral: 'mistral' is the same model as 'mistral:latest' on line 3"}},
        {"Mistral:LATEST", {path + "Mistral:LATEST: 'Mistral:LATEST' is the same model as 'mistral:latest' on line 3"}},
        {"library/mistral",
         {path + "library~1mistral: 'library/mistral' is the same model as 'mistral:latest' on line 3"}},
        {"someone/mistral", {}},
        {"mistral:7b", {}},
    };
    for (const Row& row : rows) {
        INFO(row.second);
        CHECK(notes_of("{\"schema\": 1, \"models\": {\n\n\"mistral:latest\": {\n" + good + "},\n\"" + row.second +
                       "\": {\n" + good + "}}}") == row.notes);
    }
}

TEST_CASE("names that are none, or that the server reads as another model") {
    CHECK(notes_of(lock_of(good, "")) == Strings{"line 3: /models/: the name is empty"});
    CHECK(notes_of(lock_of(good, "a b")).size() == 1);
    CHECK(notes_of(lock_of(good, "mistral:cloud")).size() == 1);
    const std::string control = notes_of(lock_of(good, "m\\u001b[2J")).at(0);
    CHECK(control.find('\x1b') == std::string::npos);
}

TEST_CASE("sources are the model, what it comes from, or these at a declared mirror") {
    const Parsed manifest = parse(R"({"schema": 1,
        "models": {"mistral": {}, "coder:7b": {"from": "qwen2.5-coder:7b-instruct"}},
        "mirrors": ["http://registry.lan:5000", "https://other.lan/", "https://paths.lan/models"]})",
                                  Origin{});
    REQUIRE(manifest.problems.empty());
    struct Row {
        const char* model;
        const char* source;
        bool allowed;
    };
    const Row row =
        GENERATE(Row{"mistral", "mistral", true}, Row{"mistral", "registry.ollama.ai/library/Mistral:latest", true},
                 Row{"mistral", "mistral:7b", false}, Row{"mistral", "someone/mistral", false},
                 Row{"mistral", "qwen2.5-coder:7b-instruct", false}, Row{"coder:7b", "qwen2.5-coder:7b-instruct", true},
                 Row{"coder:7b", "coder:7b", true}, Row{"coder:7b", "mistral", false},
                 Row{"Mistral", "registry.lan:5000/library/mistral:latest", true},
                 Row{"mistral", "other.lan/library/mistral:latest", true},
                 Row{"mistral", "registry.lan/library/mistral:latest", false},
                 Row{"mistral", "paths.lan:443:models/library/mistral:latest", true},
                 Row{"mistral", "paths.lan/library/mistral:latest", false},
                 Row{"mistral", "registry.lan:5000/evil/mistral:latest", false},
                 Row{"coder:7b", "registry.lan:5000/library/qwen2.5-coder:7b-instruct", true},
                 Row{"mistral", "registry.lan:5000/library/qwen2.5-coder:7b-instruct", false},
                 Row{"mistral", "evil.lan/library/mistral:latest", false}, Row{"undeclared", "undeclared", true},
                 Row{"undeclared", "mistral", false});
    Lock lock;
    lock.models.emplace(name(row.model), Locked{Digest(), name(row.source), ByteCount(1), "", {}, {}, {}});
    INFO(row.model << " from " << row.source);
    CHECK(check_sources(lock, manifest.manifest).empty() == row.allowed);
}

TEST_CASE("a source that is not allowed is told with its place") {
    Lock lock;
    lock.models.emplace(name("a/b"), Locked{Digest(), name("evil.lan/x/y"), ByteCount(1), "", {}, {}, {}});
    lock.models.emplace(name("mistral"), Locked{Digest(), name("mistral:7b"), ByteCount(1), "", {}, {}, {}});
    CHECK(
        to_error(Origin{}, check_sources(lock, Manifest{})).notes() ==
        Strings{"/models/a~1b:latest/source: 'evil.lan/x/y:latest' is neither 'a/b:latest' itself, nor the model that "
                "its \"from\" names, nor one of both at a declared mirror",
                "/models/mistral:latest/source: 'mistral:7b' is neither 'mistral:latest' itself, nor the model that "
                "its \"from\" names, nor one of both at a declared mirror"});
}

TEST_CASE("of a lock that was read, sources are told with their lines, in the order of the text") {
    const auto entry = [](const char* source) {
        return R"({"digest": "sha256:)" + a64 + "\",\n\"source\": \"" + source + R"(", "size": 1})";
    };
    const ParsedLock parsed = parse_lock("{\"schema\": 1, \"models\": {\n\"z\": " + entry("evil.lan/x/z") +
                                         ",\n\"good\": " + entry("good") + ",\n\"a\": " + entry("evil.lan/x/a") + "}}");
    REQUIRE(parsed.problems.empty());
    const std::vector<Problem> problems = check_sources(parsed.lock, Manifest{});
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].line == 3);
    CHECK(problems[0].path == "/models/z:latest/source");
    CHECK(problems[1].line == 7);
    CHECK(problems[1].path == "/models/a:latest/source");
}

TEST_CASE("the lock stands beside the manifest") {
    CHECK(lock_path(Origin{Origin::How::found, "/p/codemate.json", ""}) == "/p/codemate.lock");
    CHECK(lock_path(Origin{Origin::How::option, "/p/other.json", ""}) == "/p/codemate.lock");
    CHECK(lock_path(Origin{}) == std::nullopt);
}
