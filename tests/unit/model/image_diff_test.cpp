#include "unit/model/mistral.hpp"

#include "codemate/model/image_diff.hpp"

#include <algorithm>

using namespace codemate;

namespace {

using Change = ImageDiff::Change;

struct Part {
    const char* type;
    char digit;
    std::uint64_t size = 100;
};

Image image_of(const std::vector<Part>& parts, char config = 'c') {
    std::string layers;
    for (const Part& part : parts) {
        layers += (layers.empty() ? "" : ",") + std::string(R"({"mediaType":"application/vnd.ollama.image.)") +
                  part.type + R"(","digest":"sha256:)" + std::string(64, part.digit) + R"(","size":)" +
                  std::to_string(part.size) + "}";
    }
    return Image::parse(R"({"config":{"digest":"sha256:)" + std::string(64, config) + R"(","size":5},"layers":[)" +
                        layers + "]}");
}

Change change_of(const ImageDiff& diff, LayerRole role) {
    for (const auto& entry : diff.entries) {
        if (entry.role == role) return entry.change;
    }
    FAIL("no entry for " << to_string(role));
    return Change::same;
}

ImageDiff mistral_moved() {
    return compare(Image::parse(test::mistral("before.manifest.json")),
                   Image::parse(test::mistral("after.manifest.json")),
                   Configuration::parse(test::mistral("before.config.json")),
                   Configuration::parse(test::mistral("after.config.json")));
}

std::string summary_of(const std::vector<Part>& before, const std::vector<Part>& after) {
    return summary(compare(image_of(before, '1'), image_of(after, '2')));
}

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

} // namespace

TEST_CASE("the tag that moved is told layer by layer") {
    const ImageDiff diff = mistral_moved();
    CHECK_FALSE(diff.same_manifest);
    CHECK_FALSE(diff.same_content);
    REQUIRE(diff.entries.size() == 5);
    CHECK(change_of(diff, LayerRole::weights) == Change::changed);
    CHECK(change_of(diff, LayerRole::template_text) == Change::changed);
    CHECK(change_of(diff, LayerRole::parameters) == Change::same);
    CHECK(change_of(diff, LayerRole::license) == Change::same);
    CHECK(change_of(diff, LayerRole::configuration) == Change::changed);
    CHECK(std::is_sorted(diff.entries.begin(), diff.entries.end(),
                         [](const auto& a, const auto& b) { return a.role < b.role; }));
    CHECK(diff.quantization.before == "Q4_0");
    CHECK(diff.quantization.after == "Q4_K_M");
    CHECK(diff.quantization.differs());
    CHECK_FALSE(diff.parameter_size.differs());
    CHECK(diff.family.after == "llama");
    CHECK_FALSE(diff.license_changed());
    CHECK(diff.size_before < diff.size_after);
    CHECK(summary(diff) == "weights changed (Q4_0 → Q4_K_M, 4.1 GB → 4.4 GB), template changed");
}

TEST_CASE("without configurations the fields are empty and the layers speak") {
    const ImageDiff diff = compare(Image::parse(test::mistral("before.manifest.json")),
                                   Image::parse(test::mistral("after.manifest.json")));
    CHECK(diff.quantization.before.empty());
    CHECK_FALSE(diff.quantization.differs());
    CHECK(summary(diff) == "weights changed (4.1 GB → 4.4 GB), template changed");
}

TEST_CASE("another quantization by the configuration, of the same weights") {
    const std::vector<Part> weights{{"model", 'a', 1000}};
    std::vector<Part> more = weights;
    more.push_back({"template", 'b', 10});
    const ImageDiff diff = compare(image_of(weights, '1'), image_of(more, '2'), Configuration{"", "", "", "F16"},
                                   Configuration{"", "", "", "Q4_0"});
    CHECK(summary(diff) == "configuration changed (F16 → Q4_0), template added");
}

TEST_CASE("what an update fetches is what is not there, each blob once") {
    const Image before = Image::parse(test::mistral("before.manifest.json"));
    const Image after = Image::parse(test::mistral("after.manifest.json"));
    std::vector<Digest> present;
    CHECK(to_fetch(after, present) == after.size());
    for (const Layer& blob : before.blobs())
        present.push_back(blob.digest);
    CHECK(to_fetch(before, present) == ByteCount(0));
    const std::uint64_t new_ones =
        4'372'811'936 + test::mistral("after.template.txt").size() + test::mistral("after.config.json").size();
    CHECK(to_fetch(after, present) == ByteCount(new_ones));
    CHECK(to_fetch(image_of({{"license", 'a'}, {"license", 'a'}}), {}) == ByteCount(105));
}

TEST_CASE("the same manifest and the same content") {
    const Image image = Image::parse(test::mistral("before.manifest.json"));
    const ImageDiff same = compare(image, image);
    CHECK(same.same_manifest);
    CHECK(same.same_content);
    CHECK(summary(same) == "nothing");
    const ImageDiff newline = compare(image, Image::parse(image.bytes + "\n"));
    CHECK_FALSE(newline.same_manifest);
    CHECK(newline.same_content);
    CHECK(summary(newline) == "nothing but the manifest's bytes");
}

TEST_CASE("summaries say what changed, and a licence always") {
    struct Row {
        std::vector<Part> before, after;
        const char* text;
    };
    const Part model{"model", 'a', 4'100'000'000};
    const Row row = GENERATE_COPY(
        Row{{model, {"license", 'b'}}, {model, {"license", 'd'}}, "licence changed"},
        Row{{model, {"license", 'b'}}, {model}, "licence removed"},
        Row{{model}, {model, {"license", 'b'}}, "licence added"},
        Row{{model, {"license", 'b'}}, {model, {"license", 'b'}, {"license", 'd'}}, "licence changed"},
        Row{{model, {"license", 'b'}, {"system", 'e'}},
            {{"model", 'f', 4'400'000'000}, {"license", 'd'}, {"messages", 'e'}},
            "weights changed (4.1 GB → 4.4 GB), system removed, messages added, licence changed"},
        Row{{model}, {{"model", 'f', 4'110'000'000}}, "weights changed (4.1 GB)"},
        Row{{model}, {model, {"adapter", 'b', 12'000'000}}, "adapter added (12 MB)"},
        Row{{model, {"projector", 'b', 12'000'000}}, {model}, "projector removed (12 MB)"},
        Row{{model}, {model, {"embed", 'b'}}, "other layers added"}, Row{{model}, {model}, "configuration changed"},
        Row{{{"tensor", 'a', 1000}, {"tensor", 'b', 1000}},
            {{"tensor", 'a', 1000}, {"tensor", 'd', 2000}},
            "tensors changed (2 KB → 3 KB)"});
    CHECK(summary_of(row.before, row.after) == row.text);
}

TEST_CASE("an order is told where nothing else is") {
    const ImageDiff diff =
        compare(image_of({{"model", 'a'}, {"system", 'b'}}), image_of({{"system", 'b'}, {"model", 'a'}}));
    CHECK_FALSE(diff.same_content);
    CHECK(summary(diff) == "nothing but the order of the layers");
}

TEST_CASE("facts of the configuration are told where the weights did not change") {
    const Configuration before{"gguf", "llama", "7B", "Q4_0"};
    const Configuration after{"gguf", "mistral", "7.2B", "Q4_0"};
    CHECK(summary(compare(image_of({}, '1'), image_of({}, '2'), before, after)) ==
          "configuration changed (llama → mistral, 7B → 7.2B)");
    CHECK(summary(compare(image_of({}, '1'), image_of({}, '2'), before, std::nullopt)) == "configuration changed");
    const Configuration hostile{"", "llama\x1b[2J", "", ""};
    CHECK(summary(compare(image_of({}, '1'), image_of({}, '2'), before, hostile)) ==
          "configuration changed (llama → llama\\x1b[2J)");
}

TEST_CASE("unified diffs are what diff -u prints") {
    struct Row {
        const char* before;
        const char* after;
        const char* lines;
    };
    const Row row = GENERATE(
        Row{"", "", ""}, Row{"a\n", "a\n", ""}, Row{"", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
        Row{"a\n", "", "@@ -1 +0,0 @@\n-a\n"}, Row{"a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"},
        Row{"a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
        Row{"a\nb", "a\nc",
            "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"},
        Row{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5!\n6\n7\n8\n9\n",
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+5!\n 6\n 7\n 8\n"},
        Row{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n",
            "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -6,4 +7,3 @@\n 6\n 7\n 8\n-9\n"},
        Row{"1\n2\n3\n4\n5\n6\n7\n8\n", "0\n1\n2\n3\n4\n5\n6\n7\n",
            "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -5,4 +6,3 @@\n 5\n 6\n 7\n-8\n"},
        Row{"1\n2\n3\n4\n5\n6\n7\n", "0\n1\n2\n3\n4\n5\n6\n", "@@ -1,7 +1,7 @@\n+0\n 1\n 2\n 3\n 4\n 5\n 6\n-7\n"},
        Row{"a\nb\nc\nd\n", "b\nx\nd\ny\n", "@@ -1,4 +1,4 @@\n-a\n b\n-c\n+x\n d\n+y\n"});
    CHECK(text_of(unified_diff(row.before, row.after)) == row.lines);
}

TEST_CASE("context as asked for") {
    CHECK(text_of(unified_diff("1\n2\n3\n", "1\nx\n3\n", 0)) == "@@ -2 +2 @@\n-2\n+x\n");
    CHECK(text_of(unified_diff("1\n2\n", "2\n", SIZE_MAX)) == "@@ -1,2 +1 @@\n-1\n 2\n");
}

TEST_CASE("the template of the tag that moved") {
    const auto lines = unified_diff(test::mistral("before.template.txt"), test::mistral("after.template.txt"));
    CHECK(lines.front() == "@@ -1 +1,8 @@");
    CHECK(lines.size() == 12); // with two last lines that have no newline
}

TEST_CASE("texts that are too large for a table are one replacement, with what they share left out") {
    std::string before = "same\n";
    std::string after = "same\n";
    for (int i = 0; i < 30'000; ++i) {
        before += "old " + std::to_string(i) + "\n";
        after += "new " + std::to_string(i) + "\n";
    }
    const auto lines = unified_diff(before + "end\n", after + "end\n");
    REQUIRE(lines.size() == 60'003);
    CHECK(lines[0] == "@@ -1,30002 +1,30002 @@");
    CHECK(lines[1] == " same");
    CHECK(lines[2] == "-old 0");
    CHECK(lines[30'002] == "+new 0");
    CHECK(lines.back() == " end");
}
