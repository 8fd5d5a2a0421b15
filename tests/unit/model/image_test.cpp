#include "unit/model/mistral.hpp"

#include "codemate/base/error.hpp"
#include "codemate/model/image.hpp"

#include <algorithm>

using namespace codemate;

namespace {

const std::string digits(64, 'a');

std::string layer(const std::string& type, char digit, const std::string& size = "7", const std::string& more = "") {
    return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + std::string(64, digit) + R"(","size":)" + size +
           more + "}";
}

std::string manifest(const std::string& layers, const std::string& config = layer("application/x", 'c', "5")) {
    return R"({"schemaVersion":2,"config":)" + config + R"(,"layers":[)" + layers + "]}";
}

std::string ollama(const std::string& type) {
    return "application/vnd.ollama.image." + type;
}

std::string error_of(const std::string& text) {
    try {
        Image::parse(text);
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::protocol);
        return error.message();
    }
    return "no error";
}

} // namespace

TEST_CASE("an image keeps the bytes and has their digest") {
    const std::string bytes = test::mistral("before.manifest.json");
    const Image image = Image::parse(bytes);
    CHECK(image.bytes == bytes);
    CHECK(image.digest.text() == "sha256:47724431b2167019c0a4a76cf36df9a51cb7ff3884955ea6e410cf55c906f97d");
    CHECK(image.config.digest == Digest::of(test::mistral("before.config.json")));
    CHECK(image.config.role == LayerRole::configuration);
    REQUIRE(image.layers.size() == 4);
    CHECK(image.layers[0].role == LayerRole::weights);
    CHECK(image.layers[0].size == ByteCount(4'113'289'152));
    CHECK(image.layers[1].digest == Digest::of(test::mistral("before.template.txt")));
    CHECK(image.layers[2].digest == Digest::of(test::mistral("license.txt")));
    CHECK(image.layers[3].digest == Digest::of(test::mistral("params.json")));
}

TEST_CASE("a final newline and other spacing are another manifest with the same content") {
    const std::string bytes = test::mistral("before.manifest.json");
    const Image image = Image::parse(bytes);
    const Image with_newline = Image::parse(bytes + "\n");
    CHECK(with_newline.bytes == bytes + "\n");
    CHECK(with_newline.digest != image.digest);
    CHECK(with_newline.same_content(image));
    CHECK_FALSE(Image::parse(test::mistral("after.manifest.json")).same_content(image));
}

TEST_CASE("roles follow from media types") {
    struct Row {
        std::string type;
        LayerRole role;
    };
    const Row row =
        GENERATE(Row{ollama("model"), LayerRole::weights}, Row{ollama("projector"), LayerRole::projector},
                 Row{ollama("adapter"), LayerRole::adapter}, Row{ollama("draft"), LayerRole::draft},
                 Row{ollama("template"), LayerRole::template_text}, Row{ollama("prompt"), LayerRole::template_text},
                 Row{ollama("system"), LayerRole::system}, Row{ollama("params"), LayerRole::parameters},
                 Row{ollama("messages"), LayerRole::messages}, Row{ollama("license"), LayerRole::license},
                 Row{ollama("tensor"), LayerRole::tensor}, Row{ollama("json"), LayerRole::tensor},
                 Row{ollama("embed"), LayerRole::other}, Row{ollama("modelx"), LayerRole::other},
                 Row{"model", LayerRole::other}, Row{"", LayerRole::other});
    const Image image = Image::parse(manifest(layer(row.type, 'a')));
    CHECK(image.layers.at(0).role == row.role);
    CHECK(image.layers.at(0).media_type == row.type);
}

TEST_CASE("every role has a word of its own") {
    std::vector<std::string_view> words;
    for (int role = 0; role <= static_cast<int>(LayerRole::other); ++role) {
        const std::string_view word = to_string(static_cast<LayerRole>(role));
        CHECK_FALSE(word.empty());
        CHECK(std::find(words.begin(), words.end(), word) == words.end());
        words.push_back(word);
    }
    CHECK(to_string(LayerRole::weights) == "weights");
    CHECK(to_string(LayerRole::license) == "licence");
    CHECK(to_string(LayerRole::configuration) == "configuration");
    CHECK(to_string(LayerRole::other) == "other");
}

TEST_CASE("the configuration is one whatever its media type") {
    for (const char* type :
         {"application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json",
          "application/vnd.oci.empty.v1+json", "application/vnd.ollama.image.model"}) {
        const Image image = Image::parse(manifest("", layer(type, 'c')));
        CHECK(image.config.role == LayerRole::configuration);
        CHECK(image.same_content(Image::parse(manifest("", layer("application/other", 'c')))));
    }
}

TEST_CASE("sizes count duplicates, distinct sizes and blobs do not") {
    const Image image =
        Image::parse(manifest(layer(ollama("model"), 'a') + "," + layer(ollama("license"), 'b', "11") + "," +
                              layer(ollama("license"), 'b', "11") + "," + layer(ollama("system"), 'c', "5")));
    CHECK(image.size() == ByteCount(5 + 7 + 11 + 11 + 5));
    CHECK(image.distinct_size() == ByteCount(5 + 7 + 11));
    REQUIRE(image.blobs().size() == 3);
    CHECK(image.blobs()[0].role == LayerRole::configuration);
    CHECK(image.blobs()[1].role == LayerRole::weights);
    CHECK(image.blobs()[2].role == LayerRole::license);
}

TEST_CASE("the same content is the same blobs for the same purposes in the same order") {
    const std::string model = layer(ollama("model"), 'a');
    const std::string text = layer(ollama("template"), 'b');
    const Image image = Image::parse(manifest(model + "," + text));
    const auto same = [&](const std::string& layers) { return Image::parse(manifest(layers)).same_content(image); };
    CHECK(same(layer(ollama("model"), 'a', "7", R"(,"from":"/elsewhere","name":"x")") + "," + text));
    CHECK_FALSE(same(text + "," + model));
    CHECK_FALSE(same(model));
    CHECK_FALSE(same(model + "," + layer(ollama("system"), 'b')));
    CHECK_FALSE(same(model + "," + layer(ollama("template"), 'd')));
    CHECK_FALSE(Image::parse(manifest(model + "," + text, layer("", 'd'))).same_content(image));
}

TEST_CASE("layers may be absent or null, as Ollama writes a model that runs elsewhere") {
    CHECK(Image::parse(R"({"config":)" + layer("", 'c') + "}").layers.empty());
    CHECK(Image::parse(R"({"config":)" + layer("", 'c') + R"(,"layers":null})").layers.empty());
}

TEST_CASE("tensors keep their names") {
    const Image image = Image::parse(manifest(layer(ollama("tensor"), 'a', "7", R"(,"name":"blk.0.w")")));
    CHECK(image.layers.at(0).name == "blk.0.w");
}

TEST_CASE("what is no image says why") {
    struct Row {
        std::string text;
        const char* message;
    };
    const Row row = GENERATE(
        Row{"", "is not valid JSON"}, Row{"<html>", "is not valid JSON"},
        Row{"[]", "expected an object, found an array"}, Row{"{}", "/config (line 1) is missing"},
        Row{R"({"config":null})", "/config (line 1): expected an object"},
        Row{R"({"config":{"size":1}})", "/config/digest (line 1) is missing"},
        Row{manifest(R"({"digest":"sha256:abc","size":1})"),
            "/layers/0/digest (line 1): expected sha256: and 64 hexadecimal digits, found a string 'sha256:abc'"},
        Row{manifest(R"({"digest":")" + digits + R"(","size":1})"), "/layers/0/digest"},
        Row{manifest(R"({"digest":"sha256:model","size":1})"), "/layers/0/digest"},
        Row{manifest(R"({"digest":"sha256:)" + digits + R"("})"), "/layers/0/size (line 1) is missing"},
        Row{manifest(layer("", 'a', "-1")), "/layers/0/size (line 1): expected a whole number"},
        Row{manifest(layer("", 'a', "1.5")), "/layers/0/size"},
        Row{manifest(layer("", 'a', "\"7\"")), "/layers/0/size"},
        Row{manifest(layer("", 'a', "9223372036854775808")), "/layers/0/size (line 1): expected a number of bytes"},
        Row{manifest("7"), "/layers/0 (line 1): expected an object, found a number"},
        Row{R"({"config":)" + layer("", 'c') + R"(,"layers":{}})", "/layers (line 1): expected an array"},
        Row{R"({"manifests":[],"schemaVersion":2})", "is a list of images"},
        Row{R"({"mediaType":"application/vnd.oci.image.index.v1+json"})", "is a list of images"},
        Row{R"({"schemaVersion":1,"fsLayers":[]})", "/config (line 1) is missing"});
    const std::string message = error_of(row.text);
    INFO(message);
    CHECK(message.find(row.message) != std::string::npos);
}

TEST_CASE("a manifest of too many layers is refused") {
    const auto layers = [](std::size_t count, const std::string& each) {
        std::string text = each;
        for (std::size_t i = 1; i < count; ++i)
            text += "," + each;
        return manifest(text);
    };
    CHECK(Image::parse(layers(3'000, layer("", 'a', "1"))).size() == ByteCount(3'005));
    CHECK(error_of(layers(100'001, "0")).find("at most 100,000 layers") != std::string::npos);
    CHECK(error_of(layers(100'000, "0")).find("/layers/0 (line 1): expected an object") != std::string::npos);
}

TEST_CASE("sizes that do not fit into 64 bits do not wrap") {
    const std::string most = "9223372036854775807";
    const Image image =
        Image::parse(manifest(layer("", 'a', most) + "," + layer("", 'b', most) + "," + layer("", 'd', most)));
    CHECK(image.size() == ByteCount(UINT64_MAX));
}

TEST_CASE("a configuration describes the model as far as it does") {
    const Configuration before = Configuration::parse(test::mistral("before.config.json"));
    CHECK(before.format == "gguf");
    CHECK(before.family == "llama");
    CHECK(before.parameter_size == "7.2B");
    CHECK(before.quantization == "Q4_0");
    CHECK(Configuration::parse("{}").quantization.empty());
    CHECK(Configuration::parse(R"({"file_type":"unknown"})").quantization.empty()); // as Ollama spells that
    CHECK(Configuration::parse(R"({"file_type":2,"model_family":null})").quantization.empty());
    for (const char* text : {"", "[]", "null", "\x01\x02", "{"})
        CHECK_THROWS_AS(Configuration::parse(text), Error);
}
