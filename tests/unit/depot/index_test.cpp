#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/index.hpp"

using namespace codemate;
using namespace codemate::depot;

namespace {

constexpr std::string_view docker = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view oci = "application/vnd.oci.image.manifest.v1+json";

std::string entry(std::string_view name, std::string_view digest, std::string_view size = "5",
                  std::string_view type = docker) {
    return std::string(R"({"mediaType":")")
        .append(type)
        .append(R"(","digest":)")
        .append(digest)
        .append(R"(,"size":)")
        .append(size)
        .append(R"(,"annotations":{"org.opencontainers.image.ref.name":)")
        .append(name)
        .append("}}");
}

std::string index_of(std::string_view entries) {
    return R"({"schemaVersion":2,"manifests":[)" + std::string(entries) + "]}";
}

std::string digest_text(std::string_view content) {
    return '"' + Digest::of(content).text() + '"';
}

Error error_of(std::string_view text) {
    try {
        parse_index(text);
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

} // namespace

TEST_CASE("an index is written sorted, and read as it was written") {
    Index index;
    for (const auto* name : {"someone/b:7b", "Mistral", "hf.co/owner/repo:Q4_K_M"})
        index.models.push_back({ModelName::parse(name), std::string(docker), Digest::of(name), ByteCount(7)});
    index.models.back().media_type = oci;
    const std::string text = to_text(index);
    CHECK(text.ends_with("}\n"));
    const Index read = parse_index(text);
    REQUIRE(read.models.size() == 3);
    CHECK(read.models[0].name.display() == "hf.co/owner/repo:Q4_K_M");
    CHECK(read.models[0].media_type == oci);
    CHECK(read.models[1].name == ModelName::parse("Mistral"));
    CHECK(read.models[2] == index.models[0]);
    CHECK(to_text(read) == text);
    CHECK(text.find(R"("org.opencontainers.image.ref.name": "registry.ollama.ai/library/Mistral:latest")") !=
          std::string::npos);
    const Entry* found = read.find(ModelName::parse("mistral"));
    REQUIRE(found);
    CHECK(found->digest == Digest::of("Mistral"));
    CHECK(read.find(ModelName::parse("mistral:7b")) == nullptr);
    CHECK(parse_index(to_text(Index{})).models.empty());
}

TEST_CASE("what other tools put beside models is counted and left alone") {
    const std::string digest = digest_text("x");
    const Index index =
        parse_index(index_of(entry(R"("latest")", digest) + "," + entry(R"("library/mistral:latest")", digest) + "," +
                             entry(R"("registry.ollama.ai/library/mistral:latest")", digest) +
                             R"(,{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha512:00"})" +
                             R"(,{"annotations":null})"));
    CHECK(index.models.size() == 1);
    CHECK(index.others == 4);
}

TEST_CASE("an index that lies says where") {
    const std::string digest = digest_text("x");
    const auto mistral = R"("registry.ollama.ai/library/mistral:latest")";
    const struct {
        std::string text;
        std::string_view says;
    } cases[] = {
        {"", "index.json"},
        {"{", "index.json"},
        {"[]", "expected an object"},
        {R"({"manifests":[]})", "/schemaVersion"},
        {R"({"schemaVersion":1,"manifests":[]})", "expected 2"},
        {R"({"schemaVersion":2})", "/manifests"},
        {R"({"schemaVersion":2,"manifests":{}})", "expected an array"},
        {index_of("7"), "/manifests/0"},
        {index_of(entry("7", digest)), "expected a string"},
        {index_of(entry(mistral, "7")), "/manifests/0/digest"},
        {index_of(entry(mistral, R"("sha256:12")")), "64 hexadecimal digits"},
        {index_of(entry(mistral, '"' + Digest::of("x").hex() + '"')), "64 hexadecimal digits"},
        {index_of(entry(mistral, R"("sha512:)" + Digest::of("x").hex() + '"')), "64 hexadecimal digits"},
        {index_of(entry(mistral, digest, "-1")), "/manifests/0/size"},
        {index_of(entry(mistral, digest, R"("5")")), "/manifests/0/size"},
        {index_of(entry(mistral, digest, "5", "application/vnd.oci.image.index.v1+json")), "one image's manifest"},
        {index_of(entry(mistral, digest) + "," + entry(mistral, digest)), "'mistral:latest' is there twice"},
        {index_of(entry(mistral, digest) + "," + entry(R"("registry.ollama.ai/library/MISTRAL:latest")", digest)),
         "is there twice"},
    };
    for (const auto& [text, says] : cases) {
        CAPTURE(text);
        const Error error = error_of(text);
        CHECK(error.kind() == Kind::damaged);
        CHECK(error.message().find(says) != std::string::npos);
        CHECK(error.hint().find("copy or export it again") != std::string::npos);
    }
}

TEST_CASE("a layout of another version is not read") {
    CHECK_NOTHROW(check_layout(layout_text()));
    CHECK_NOTHROW(check_layout(R"({"imageLayoutVersion":"1.1.0"})"));
    const auto kind_of = [](std::string_view text) {
        try {
            check_layout(text);
        } catch (const Error& error) {
            return error.kind();
        }
        return Kind::defect;
    };
    CHECK(kind_of(R"({"imageLayoutVersion":"2.0.0"})") == Kind::usage);
    CHECK(kind_of(R"({"imageLayoutVersion":1})") == Kind::damaged);
    CHECK(kind_of("{}") == Kind::damaged);
    CHECK(kind_of("") == Kind::damaged);
}
