#include "support/catch.hpp"

#include "codemate/store/layout.hpp"

using namespace codemate;
using namespace codemate::store;

namespace {
const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
}

TEST_CASE("where things stand") {
    CHECK(blob_path(*Digest::parse(hex)) == "blobs/sha256-" + hex);
    CHECK(manifest_path(ModelName::parse("mistral")) == "manifests/registry.ollama.ai/library/mistral/latest");
    CHECK(manifest_path(ModelName::parse("localhost:5000/a/b:c")) == "manifests/localhost:5000/a/b/c");
}

TEST_CASE("what names in blobs/ mean") {
    using What = BlobName::What;
    const std::string blob = "sha256-" + hex;
    struct Row {
        std::string name;
        What what;
    };
    std::string upper = hex;
    upper[0] = 'B';
    const std::vector<Row> rows{
        {blob, What::blob},
        {blob + "-partial", What::partial},
        {blob + "-partial-0", What::record},
        {blob + "-partial-16", What::record},
        {blob + ".tmp", What::unfinished},
        {"sha256-1234567890", What::upload},
        {"sha256-" + std::string(64, '1'), What::blob},    // digits, and a digest
        {"sha256-" + std::string(65, '1'), What::foreign}, // random numbers of the server's are not that long
        {"sha256:" + hex, What::old_blob},
        {"sha256-", What::foreign},
        {"sha256-" + upper, What::foreign},
        {hex, What::foreign},
        {"sha256:" + hex + "-partial", What::foreign},
        {blob + "-partial-", What::foreign},
        {blob + "-partial-x", What::foreign},
        {blob + "-partial--1", What::foreign},
        {blob + "-partial-99999999999999999999", What::foreign},
        {blob + "-partialx", What::foreign},
        {blob + "\n", What::foreign},
        {"sha256-12a", What::foreign},
        {".DS_Store", What::foreign},
        {"", What::foreign},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(parse_blob_name(row.name).what == row.what);
    }
    CHECK(parse_blob_name(blob + "-partial-16").part == 16);
    CHECK(parse_blob_name(blob + ".tmp").digest->hex() == hex);
    CHECK_FALSE(parse_blob_name("sha256-12").digest);
}
