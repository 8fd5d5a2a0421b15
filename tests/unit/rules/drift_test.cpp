#include "support/catch.hpp"

#include "codemate/rules/drift.hpp"

using namespace codemate;
using rules::Drift;

namespace {

std::string manifest_text(const std::string& weights, const std::string& end = "") {
    const auto layer = [](const std::string& type, const std::string& content) {
        return R"({"mediaType":"application/vnd.)" + type + R"(","digest":")" + Digest::of(content).text() +
               R"(","size":)" + std::to_string(content.size()) + "}";
    };
    return R"({"schemaVersion":2,"config":)" + layer("docker.container.image.v1+json", "configuration") +
           R"(,"layers":[)" + layer("ollama.image.model", weights) + "]}" + end;
}

manifest::Locked locked(const std::string& bytes) {
    manifest::Locked entry{Digest::of(bytes), ModelName::parse("mistral"), {}, {}, {}, {}, {}};
    entry.bytes = bytes;
    return entry;
}

} // namespace

TEST_CASE("drift by digest") {
    manifest::Locked entry = locked(manifest_text("weights"));
    entry.same = {Digest::of("re-encoded")};
    struct Row {
        const manifest::Locked* locked;
        std::optional<Digest> there;
        Drift drift;
    };
    const std::vector<Row> rows = {
        {&entry, entry.digest, Drift::none},         {&entry, Digest::of("re-encoded"), Drift::same_content},
        {&entry, Digest::of("other"), Drift::moved}, {&entry, std::nullopt, Drift::absent},
        {nullptr, entry.digest, Drift::unpinned},    {nullptr, std::nullopt, Drift::absent},
    };
    for (const Row& row : rows) {
        CAPTURE(rules::to_string(row.drift));
        CHECK(rules::drift(row.locked, row.there) == row.drift);
    }
}

TEST_CASE("drift by layers, where the image is known") {
    const manifest::Locked entry = locked(manifest_text("weights"));
    CHECK(rules::drift(&entry, Image::parse(manifest_text("weights"))) == Drift::none);
    CHECK(rules::drift(&entry, Image::parse(manifest_text("weights", "\n"))) == Drift::same_content);
    CHECK(rules::drift(&entry, Image::parse(manifest_text("others!"))) == Drift::moved);
    CHECK(rules::drift(nullptr, Image::parse(manifest_text("weights"))) == Drift::unpinned);
}

TEST_CASE("a lock that has only the digest cannot tell by layers") {
    manifest::Locked entry = locked(manifest_text("weights"));
    entry.bytes.reset();
    CHECK_FALSE(rules::image_of(entry));
    CHECK(rules::drift(&entry, Image::parse(manifest_text("weights"))) == Drift::none);
    CHECK(rules::drift(&entry, Image::parse(manifest_text("weights", "\n"))) == Drift::moved);
}
