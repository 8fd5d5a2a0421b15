#include "support/catch.hpp"
#include "support/memory_disk.hpp"
#include "unit/lifecycle/images.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/rules/space.hpp"
#include "codemate/store/scan.hpp"

using namespace codemate;
using rules::Freed;
using rules::Present;

namespace {

const std::string shared_weights(1000, 'w');

Image image_of(const std::string& weights, const std::string& chat) {
    return test::FakeRegistry::model("{}", {{"model", weights}, {"template", chat}}).image();
}
const Image one = image_of(shared_weights, "first template");   // 2 + 1000 + 14
const Image two = image_of(shared_weights, "second template!"); // 2 + 1000 + 16
const Image other = image_of(std::string(50, 'x'), "first template");

Digest weights_of(const Image& image) {
    return image.layers.front().digest;
}

ollama::Installed installed(const std::string& name, const Image& image) {
    return {.name = ModelName::parse(name), .digest = image.digest, .size = image.size()};
}

store::Inventory inventory_of(test::MemoryDisk& disk) {
    return store::take_inventory(store::scan(disk, {}));
}

} // namespace

TEST_CASE("what images lack, a shared layer once in the sum") {
    const std::vector<Image> images{one, two};
    const rules::Needs needs = rules::what_is_missing(images, {});
    REQUIRE(needs.images.size() == 2);
    CHECK(needs.images[0].layers == 3);
    CHECK(needs.images[0].missing.size() == 3);
    CHECK(needs.images[0].to_fetch == ByteCount(1016));
    CHECK(needs.images[0].with_others == ByteCount());
    CHECK(needs.images[1].to_fetch == ByteCount(1018));
    CHECK(needs.images[1].with_others == ByteCount(1002)); // weights and configuration
    CHECK(needs.to_fetch == ByteCount(1016 + 16));
    CHECK(needs.to_write == needs.to_fetch);
}

TEST_CASE("what the server has is not missing") {
    Present present;
    present.blobs = {weights_of(one), one.config.digest};
    const rules::Needs needs = rules::what_is_missing(std::vector{one, two}, present);
    CHECK(needs.images[0].missing.size() == 1);
    CHECK(needs.images[0].missing[0].layer.role == LayerRole::template_text);
    CHECK(needs.to_fetch == ByteCount(14 + 16));
    CHECK(rules::what_is_missing(std::vector<Image>{}, present).to_fetch == ByteCount());
}

TEST_CASE("of an unfinished download less is fetched, and less room wanted") {
    Present present;
    present.unfinished[weights_of(one)] = {ByteCount(300), ByteCount(700)}; // 400 bytes were in flight when it ended
    const rules::Needs needs = rules::what_is_missing(std::vector{one}, present);
    CHECK(needs.to_fetch == ByteCount(1016 - 300));
    CHECK(needs.to_write == ByteCount(1016 - 700));
    present.unfinished[weights_of(one)] = {ByteCount(1000), ByteCount(4096)}; // blocks are larger than what they hold
    CHECK(rules::what_is_missing(std::vector{one}, present).to_write == ByteCount(16));
}

TEST_CASE("what a models directory has is present, and its unfinished downloads are known") {
    test::MemoryDisk disk;
    test::install(disk, "mistral", "{}", {"weights"});
    const std::string partial = store::blob_path(weights_of(one)) + "-partial";
    disk.put(partial, std::string(1000, '\0'));
    disk.put(partial + "-0", R"({"N":0,"Offset":0,"Size":1000,"Completed":400})");
    const Present present = rules::present_in(inventory_of(disk));
    CHECK(present.blobs.contains(Digest::of("weights")));
    REQUIRE(present.unfinished.contains(weights_of(one)));
    CHECK(present.unfinished.at(weights_of(one)).kept == ByteCount(400));
    CHECK(present.unfinished.at(weights_of(one)).on_disk == ByteCount(8192));
}

TEST_CASE("models together, by their layers, or by their sums where these are not known") {
    rules::Together together;
    together.add(one);
    together.add(two);
    CHECK(together.sum() == ByteCount(1016 + 16));
    together.add_whole(other.digest, other.size());
    together.add_whole(other.digest, other.size()); // the same content, twice
    CHECK(together.sum() == ByteCount(1016 + 16) + other.size());
}

TEST_CASE("what comes free, by the manifests of all models") {
    const std::vector<ollama::Installed> models{installed("a", one), installed("b", two), installed("c", other)};
    const std::map<ModelName, Image, ServerOrder> images{
        {ModelName::parse("a"), one}, {ModelName::parse("b"), two}, {ModelName::parse("c"), other}};
    const rules::Holdings holdings{models, nullptr, &images};
    struct Row {
        std::vector<std::string> going;
        std::uint64_t bytes;
    };
    const Row row = GENERATE(Row{{}, 0}, Row{{"a"}, 0}, Row{{"b"}, 16}, Row{{"c"}, 50}, Row{{"a", "b"}, 1016},
                             Row{{"A", "b", "c"}, 1000 + 2 + 14 + 16 + 50}, Row{{"nothing"}, 0});
    std::vector<ModelName> going;
    for (const std::string& name : row.going)
        going.push_back(ModelName::parse(name));
    const Freed freed = rules::freed_without(going, holdings);
    CHECK(freed.bytes == ByteCount(row.bytes));
    CHECK(freed.measure == rules::Measure::layers);
}

TEST_CASE("what comes free where a manifest is not known is at most that") {
    const std::vector<ollama::Installed> models{installed("a", one), installed("b", two)};
    const std::map<ModelName, Image, ServerOrder> images{{ModelName::parse("a"), one}};
    const std::vector<ModelName> a{ModelName::parse("a")}, b{ModelName::parse("b")};
    const Freed of_a = rules::freed_without(a, {models, nullptr, &images}); // b may share its layers
    CHECK(of_a.bytes == ByteCount(1016));
    CHECK(rules::to_text(of_a) == "up to 1.0 KB");
    const Freed of_b = rules::freed_without(b, {models});
    CHECK(of_b.bytes == two.size());
    CHECK(of_b.measure == rules::Measure::at_most);
    ollama::Installed stub{.name = ModelName::parse("big:cloud"), .size = ByteCount(384), .remote_model = "big"};
    const std::vector<ollama::Installed> with_stub{installed("a", one), stub};
    CHECK(rules::freed_without(a, {with_stub, nullptr, &images}).measure == rules::Measure::layers);
}

TEST_CASE("what comes free where the files can be looked at, in blocks") {
    test::MemoryDisk disk;
    test::install(disk, "a", "{}", {"weights", "a's own"});
    test::install(disk, "b", "{}", {"weights", "b's own"});
    const store::Inventory inventory = inventory_of(disk);
    const std::vector<ollama::Installed> models;
    const rules::Holdings holdings{models, &inventory};
    const std::vector<ModelName> a{ModelName::parse("a")}, both{ModelName::parse("b"), ModelName::parse("a")};
    CHECK(rules::freed_without(a, holdings).bytes == ByteCount(4096));
    const Freed all = rules::freed_without(both, holdings);
    CHECK(all.bytes == ByteCount(4 * 4096));
    CHECK(rules::to_text(all) == "16 KB");
}
