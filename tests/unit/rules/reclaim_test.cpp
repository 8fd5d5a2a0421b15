#include "support/catch.hpp"
#include "support/memory_disk.hpp"

#include "codemate/rules/reclaim.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

using namespace codemate;
using rules::Content;
using rules::Measure;
using rules::Reclaim;

namespace {

std::string manifest_text(const std::vector<std::string>& contents) {
    const auto layer = [](const std::string& content, std::string_view type) {
        return R"({"mediaType":")" + std::string(type) + R"(","digest":")" + Digest::of(content).text() +
               R"(","size":)" + std::to_string(content.size()) + "}";
    };
    std::string text = R"({"schemaVersion":2,"config":)" +
                       layer("{}", "application/vnd.docker.container.image.v1+json") + R"(,"layers":[)";
    for (std::size_t i = 0; i < contents.size(); ++i)
        text += (i > 0 ? "," : "") + layer(contents[i], "application/vnd.ollama.image.model");
    return text + "]}";
}

struct Store {
    test::MemoryDisk disk;
    store::Inventory inventory;

    void add(std::string_view name, const std::vector<std::string>& contents) {
        disk.put(store::manifest_path(ModelName::parse(name)), manifest_text(contents));
        disk.put(store::blob_path(Digest::of("{}")), "{}");
        for (const std::string& content : contents)
            disk.put(store::blob_path(Digest::of(content)), content);
    }
    std::vector<Content> contents() {
        inventory = store::take_inventory(store::scan(disk, {}));
        std::vector<Content> all;
        for (const store::Entry& entry : inventory.models)
            all.push_back({&entry, nullptr, entry.image.size()});
        return all;
    }
};

const std::string large(9000, 'l'), middle(5000, 'm'), small(100, 's');
constexpr ByteCount block(4096), two_blocks(8192), three_blocks(12288);

} // namespace

TEST_CASE("what comes free by a look at the disk, in blocks, with the manifest") {
    Store store;
    store.add("a", {large, small});
    store.add("b", {large, middle});
    Reclaim reclaim(store.contents(), &store.inventory);
    CHECK(reclaim.measure() == Measure::blocks);
    CHECK(reclaim.without(0) == block + block);                             // its manifest, and the small layer
    CHECK(reclaim.without(1) == block + three_blocks + two_blocks + block); // all that both had, and the configuration
    CHECK(reclaim.freed() == block + block + block + three_blocks + two_blocks + block);
    CHECK(reclaim.with(0) == block + block + three_blocks + block);
    CHECK(reclaim.with(1) == block + two_blocks);
    CHECK(reclaim.freed() == ByteCount());
}

TEST_CASE("a missing blob frees nothing, nor does one that has another name elsewhere") {
    Store store;
    store.add("a", {large, small});
    store.disk.remove(store::blob_path(Digest::of(small)));
    std::vector<Content> contents = store.contents();
    for (store::Blob& blob : store.inventory.blobs)
        blob.stat.links = 2;
    Reclaim reclaim(std::move(contents), &store.inventory);
    CHECK(reclaim.without(0) == block); // the manifest
}

TEST_CASE("what comes free by manifests alone, in bytes") {
    const Image a = Image::parse(manifest_text({large, small})), b = Image::parse(manifest_text({large, middle}));
    Reclaim reclaim({{nullptr, &a, a.size()}, {nullptr, &b, b.size()}}, nullptr);
    CHECK(reclaim.measure() == Measure::layers);
    CHECK(reclaim.without(1) == ByteCount(middle.size()));
    CHECK(reclaim.without(0) == ByteCount(large.size() + small.size() + 2));
}

TEST_CASE("a single model of unknown layers leaves only what the server lists") {
    const Image a = Image::parse(manifest_text({large}));
    Reclaim reclaim({{nullptr, &a, ByteCount(9002)}, {nullptr, nullptr, ByteCount(500)}}, nullptr);
    CHECK(reclaim.measure() == Measure::at_most);
    CHECK(reclaim.without(0) == ByteCount(9002));
    CHECK(reclaim.without(1) == ByteCount(500));
    CHECK(reclaim.with(0) == ByteCount(9002));
    CHECK(reclaim.freed() == ByteCount(500));
}
