#include "support/catch.hpp"
#include "support/memory_disk.hpp"
#include "unit/lifecycle/manifests.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/rules/unneeded.hpp"
#include "codemate/store/scan.hpp"

using namespace codemate;
using Texts = std::vector<std::string>;

namespace {

struct World {
    manifest::Manifest manifest = test::manifest_of(R"({"schema": 1, "roles": {"chat": "kept"}})");
    test::MemoryDisk disk;
    std::vector<ollama::Installed> installed{};
    std::set<ModelName, ServerOrder> spared{};
    std::set<Digest> wanted{};

    void install(const std::string& name, const std::vector<std::string>& layers) {
        test::install(disk, name, "{}", layers);
        installed.push_back({.name = ModelName::parse(name), .digest = Digest::of(name), .size = ByteCount(100)});
    }
    void begin_download(std::string_view content) {
        const std::string path = test::path_of_blob(content) + "-partial";
        disk.put(path, std::string(100, '\0'));
        disk.put(path + "-0", R"({"N":0,"Offset":0,"Size":100,"Completed":40})");
    }
    Texts texts(bool with_files = true) {
        const store::Inventory inventory = store::take_inventory(store::scan(disk, {}));
        const rules::Keepers keepers({manifest, installed, nullptr, {}});
        Texts texts;
        for (const auto& each :
             rules::unneeded(keepers, {installed, with_files ? &inventory : nullptr}, spared, wanted))
            texts.push_back(rules::to_text(each));
        return texts;
    }
};

} // namespace

TEST_CASE("models that nothing keeps, orphans and unfinished downloads, the largest first") {
    World world;
    world.install("kept", {"weights"});
    world.install("small", {"weights", "small's own"});
    world.install("large", {"l"});
    world.disk.on_disk(test::path_of_blob("l"), ByteCount(4'100'000'000));
    world.install("copy", {"weights"}); // frees nothing by itself
    world.disk.put(test::path_of_blob("nobody's"), "nobody's");
    world.begin_download("to go on");
    world.begin_download("given up");
    CHECK(world.texts() == Texts{"large:latest: 4.1 GB would come free without it, and nothing keeps it",
                                 "2 unfinished downloads: 16 KB, which the server removes when it starts and they are "
                                 "an hour old",
                                 "small:latest: 4.1 KB would come free without it, and nothing keeps it",
                                 "1 blob of no model: 4.1 KB, which the server removes when it starts"});
    world.wanted = {Digest::of("to go on")};
    world.spared = {ModelName::parse("Large")};
    const Texts fewer = world.texts();
    REQUIRE(fewer.size() == 3);
    CHECK(fewer[0].starts_with("1 unfinished download: 8.2 KB, "));
    CHECK(fewer[1].starts_with("small:latest: "));
}

TEST_CASE("without the files only models are known, with at most what they take") {
    World world;
    world.install("kept", {"weights"});
    world.install("large", {"l"});
    CHECK(world.texts(false) == Texts{"large:latest: up to 100 B would come free without it, and nothing keeps it"});
}

TEST_CASE("blobs that a damaged manifest may name are not called unneeded") {
    World world;
    world.install("kept", {"weights"});
    world.disk.put(test::path_of_blob("nobody's"), "nobody's");
    CHECK(world.texts().size() == 1);
    world.disk.put(test::path_of_model("damaged"), "{");
    CHECK(world.texts().empty());
}
