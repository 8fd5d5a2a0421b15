#include "support/catch.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/store/inventory.hpp"
#include "codemate/store/manifest_digest.hpp"
#include "codemate/store/scan.hpp"

using namespace codemate;
using namespace codemate::store;
using test::MemoryDisk;

namespace {

Inventory inventory_of(MemoryDisk& disk) {
    return take_inventory(scan(disk, {}));
}

std::vector<std::string> names(const Inventory& inventory) {
    std::vector<std::string> names;
    for (const Entry& entry : inventory.models)
        names.push_back(entry.name.display());
    return names;
}

std::vector<Oddity::What> oddities(const Inventory& inventory) {
    std::vector<Oddity::What> what;
    for (const Oddity& each : inventory.oddities)
        what.push_back(each.what);
    return what;
}

} // namespace

TEST_CASE("models, their blobs, and who uses what") {
    MemoryDisk disk;
    test::install(disk, "mistral", "config a", {"weights", "template"});
    test::install(disk, "mistral:7b", "config b", {"weights", "weights"});
    disk.put(test::path_of_blob("left over"), "left over");
    const Inventory inventory = inventory_of(disk);
    CHECK(names(inventory) == std::vector<std::string>{"mistral:7b", "mistral:latest"});
    CHECK(inventory.oddities.empty());
    CHECK(inventory.orphans_certain);
    CHECK(inventory.blobs.size() == 5);
    const Entry& latest = inventory.models[1];
    CHECK(latest.image.digest == Digest::of(disk.content(latest.path)));
    CHECK_FALSE(latest.listed);
    CHECK(latest.flaws.empty());
    CHECK(latest.stat == *disk.stat(latest.path));
    const auto users = [&](std::string_view content) { return inventory.find(Digest::of(content))->users; };
    CHECK(users("weights") == std::vector<std::uint32_t>{0, 1}); // once, though the layer stands there twice
    CHECK(users("config a") == std::vector<std::uint32_t>{1});
    CHECK(users("left over").empty());
    CHECK(inventory.find(Digest::of("none")) == nullptr);
}

TEST_CASE("blobs that are missing, too short, or no files") {
    MemoryDisk disk;
    test::install(disk, "mistral", "config", {"weights", "template", "system", "licence"});
    disk.remove(test::path_of_blob("config"));
    disk.change(test::path_of_blob("weights"), [](std::string& content) { content.pop_back(); });
    disk.put_link(test::path_of_blob("template"), "/somewhere/else");
    disk.make_directory(test::path_of_blob("system"));
    const Inventory inventory = inventory_of(disk);
    REQUIRE(inventory.models.size() == 1);
    const auto& flaws = inventory.models[0].flaws;
    REQUIRE(flaws.size() == 4);
    CHECK(flaws[0].what == Flaw::What::missing);
    CHECK(flaws[0].blob == Digest::of("config"));
    CHECK(flaws[1].what == Flaw::What::wrong_size);
    CHECK(flaws[1].expected == ByteCount(7));
    CHECK(flaws[1].found == ByteCount(6));
    CHECK(flaws[2].what == Flaw::What::no_file);
    CHECK(flaws[2].type == Type::dangling_link);
    CHECK(flaws[3].what == Flaw::What::no_file);
    CHECK(flaws[3].type == Type::directory);
    CHECK(oddities(inventory) == std::vector{Oddity::What::link, Oddity::What::no_file}); // by path
    CHECK(inventory.oddities[0].why == "it is a link that leads nowhere, to '/somewhere/else'");
    CHECK(inventory.orphans_certain);
}

TEST_CASE("where blobs/ cannot be listed, nothing is said to be missing") {
    MemoryDisk disk;
    test::install(disk, "mistral", "config", {"weights"});
    disk.fail(MemoryDisk::Call::list, "blobs", Error(Kind::storage, "cannot read 'blobs': Permission denied"));
    const Inventory inventory = inventory_of(disk);
    REQUIRE(inventory.models.size() == 1);
    CHECK(inventory.models[0].flaws.empty());
    CHECK_FALSE(inventory.blobs_known);
    CHECK(oddities(inventory) == std::vector{Oddity::What::unreadable});

    MemoryDisk linked;
    linked.put(test::path_of_model("mistral"), test::manifest_of("config", {}));
    linked.put_link("blobs", "/mnt/large/blobs");
    CHECK_FALSE(inventory_of(linked).blobs_known);
    CHECK(inventory_of(linked).models[0].flaws.empty());
    CHECK(oddities(inventory_of(linked)) == std::vector{Oddity::What::link});
}

TEST_CASE("damaged manifests: none of them is a model, and orphans are no longer certain") {
    struct Row {
        std::string content;
        Oddity::What what;
    };
    const std::string good = test::manifest_of("config", {"weights"});
    const Row row = GENERATE_COPY(
        Row{"", Oddity::What::empty_manifest}, Row{good.substr(0, good.size() / 2), Oddity::What::damaged_manifest},
        Row{"{}", Oddity::What::damaged_manifest}, Row{"null", Oddity::What::damaged_manifest},
        Row{std::string(good.size(), '\0'), Oddity::What::damaged_manifest},
        Row{good + good, Oddity::What::damaged_manifest}, Row{"\n", Oddity::What::damaged_manifest});
    MemoryDisk disk;
    test::install(disk, "mistral", "config", {"weights"});
    test::install(disk, "llama", "other", {"others"});
    disk.put(test::path_of_model("mistral"), row.content);
    const Inventory inventory = inventory_of(disk);
    CHECK(names(inventory) == std::vector<std::string>{"llama:latest"});
    REQUIRE(oddities(inventory) == std::vector{row.what});
    CHECK(inventory.oddities[0].name == ModelName::parse("mistral"));
    CHECK(inventory.oddities[0].stops_cleaning());
    CHECK_FALSE(inventory.oddities[0].stops_listing());
    CHECK_FALSE(inventory.orphans_certain);
    CHECK(inventory.find(Digest::of("weights"))->users.empty());
}

TEST_CASE("what else may stand where manifests do") {
    MemoryDisk disk;
    const std::string place = "manifests/registry.ollama.ai/library/mistral/";
    disk.put(place + ".DS_Store", "x");
    disk.put_link(place + "dangling", "nowhere");
    disk.put_link(place + ".dangling", "nowhere"); // no name, and hurts all the same
    disk.put_special(place + "fifo", Type::fifo);
    disk.put_link(place + "linked", ".DS_Store");
    disk.put(place + "directory/x", "x");
    disk.put(place + "secret", "x");
    disk.fail(MemoryDisk::Call::open, place + "secret", Error(Kind::storage, "Permission denied"));
    disk.put("manifests/registry.ollama.ai/README", "x");
    disk.put_link("manifests/other.host", "registry.ollama.ai");
    disk.fail(MemoryDisk::Call::list, "manifests/closed", Error(Kind::storage, "Permission denied"));
    disk.make_directory("manifests/closed");
    const Inventory inventory = inventory_of(disk);
    using What = Oddity::What;
    std::vector<What> found = oddities(inventory);
    std::ranges::sort(found);
    CHECK(found == std::vector{What::misnamed_manifest, What::linked_manifest, What::dangling_manifest,
                               What::dangling_manifest, What::unreadable_manifest, What::unreadable_manifest,
                               What::misplaced_file, What::misplaced_file, What::link, What::unreadable});
    CHECK_FALSE(inventory.orphans_certain);
    for (const Oddity& each : inventory.oddities)
        CHECK(each.stops_listing() == each.path.ends_with("dangling"));
}

TEST_CASE("orphans are certain only while every manifest is known") {
    const auto certain = [](auto&& spoil) {
        MemoryDisk disk;
        test::install(disk, "mistral", "config", {"weights"});
        spoil(disk);
        return inventory_of(disk).orphans_certain;
    };
    const Error denied(Kind::storage, "Permission denied");
    CHECK(certain([](MemoryDisk&) {}));
    CHECK(certain([](MemoryDisk& disk) { disk.put("manifests/host/file", "x"); }));
    CHECK(certain([](MemoryDisk& disk) { disk.put_special("blobs/fifo", Type::fifo); }));
    CHECK_FALSE(certain([&](MemoryDisk& disk) { disk.fail(MemoryDisk::Call::list, "manifests", denied); }));
    CHECK_FALSE(certain(
        [&](MemoryDisk& disk) { disk.fail(MemoryDisk::Call::list, "manifests/registry.ollama.ai/library", denied); }));
    CHECK_FALSE(certain([](MemoryDisk& disk) { disk.put_link("manifests/other", "registry.ollama.ai"); }));
}

TEST_CASE("an unfinished download: its extent from data and records, what was fetched from records") {
    const auto record = [](int part, std::uint64_t offset, std::uint64_t size, std::uint64_t completed) {
        return R"({"N":)" + std::to_string(part) + R"(,"Offset":)" + std::to_string(offset) + R"(,"Size":)" +
               std::to_string(size) + R"(,"Completed":)" + std::to_string(completed) + "}\n";
    };
    MemoryDisk disk;
    const std::string path = test::path_of_blob("large") + "-partial";
    disk.put(path, std::string(5000, '\0')); // sparse
    disk.on_disk(path, ByteCount(4096));
    disk.put(path + "-0", record(0, 0, 3000, 3000));
    disk.put(path + "-1", record(1, 3000, 2000, 500));
    const std::string lone = test::path_of_blob("lone") + "-partial-3";
    disk.put(lone, record(3, 300, 100, 999)); // more than there is
    const std::string blocked = test::path_of_blob("blocked") + "-partial";
    disk.put(blocked, "");
    disk.put(blocked + "-0", "");
    const Inventory inventory = inventory_of(disk);
    REQUIRE(inventory.partials.size() == 3);
    CHECK(inventory.blobs.empty());
    const auto partial = [&](std::string_view content) {
        return *std::ranges::find(inventory.partials, Digest::of(content), &Partial::digest);
    };
    CHECK(partial("large").extent == ByteCount(5000));
    CHECK(partial("large").recorded == ByteCount(3500));
    CHECK(partial("large").on_disk == ByteCount(3 * 4096));
    CHECK(partial("large").records == 2);
    CHECK(partial("large").has_data);
    CHECK_FALSE(partial("large").is_blocked());
    CHECK(partial("large").modified == disk.stat(path + "-1")->identity.modified);
    CHECK(partial("large").paths.size() == 3);
    CHECK(partial("lone").extent == ByteCount(400));
    CHECK(partial("lone").recorded == ByteCount(100));
    CHECK_FALSE(partial("lone").has_data);
    CHECK(partial("blocked").is_blocked());
}

TEST_CASE("temporaries and files that are not the server's") {
    MemoryDisk disk;
    disk.put(test::path_of_blob("tensor") + ".tmp", "abc");
    disk.put("blobs/sha256-123456", "abcd");
    disk.put("blobs/sha256:" + Digest::of("old").hex(), "old");
    disk.put("blobs/notes.txt", "x");
    disk.put("ollama-safetensors77/model.gguf", std::string(5000, 'x'));
    disk.put("ollama-safetensors77/sub/more", "xyz");
    disk.put("ollama-safetensors78", "a file");
    disk.put("readme", "x");
    const Inventory inventory = inventory_of(disk);
    REQUIRE(inventory.temporaries.size() == 3);
    CHECK(inventory.temporaries[0].what == Temporary::What::upload);
    CHECK(inventory.temporaries[0].size == ByteCount(4));
    CHECK(inventory.temporaries[1].what == Temporary::What::unfinished);
    CHECK(inventory.temporaries[2].what == Temporary::What::conversion);
    CHECK(inventory.temporaries[2].path == "ollama-safetensors77");
    CHECK(inventory.temporaries[2].size == ByteCount(5003));
    CHECK(inventory.temporaries[2].on_disk == ByteCount(3 * 4096));
    using What = Oddity::What;
    CHECK(oddities(inventory) == std::vector{What::foreign, What::old_blob, What::foreign, What::foreign});
}

TEST_CASE("the figures add up, in blocks") {
    MemoryDisk disk;
    test::install(disk, "mistral", "config a", {"weights"});
    test::install(disk, "mistral:7b", "config b", {"weights"});
    disk.on_disk(test::path_of_blob("weights"), ByteCount(1 << 20));
    disk.put(test::path_of_blob("left over"), "left over");
    disk.put(test::path_of_blob("half") + "-partial", std::string(100'000, '\0'));
    disk.on_disk(test::path_of_blob("half") + "-partial", ByteCount(8192));
    disk.put("blobs/sha256-1", "x");
    disk.put("blobs/notes", "x");
    const Inventory inventory = inventory_of(disk);
    const Usage all = usage(inventory);
    CHECK(all.used == ByteCount((1 << 20) + 2 * 4096));
    CHECK(all.shared == ByteCount(1 << 20));
    CHECK(all.orphaned == ByteCount(4096));
    CHECK(all.partial == ByteCount(8192));
    CHECK(all.temporary == ByteCount(4096));
    CHECK(all.odd == ByteCount(4096));
    CHECK(all.manifests == ByteCount(2 * 4096));
    CHECK(all.sum() == ByteCount((1 << 20) + 9 * 4096));
    const auto each = footprints(inventory);
    REQUIRE(each.size() == 2);
    CHECK(each[0].alone == ByteCount(4096));
    CHECK(each[0].shared == ByteCount(1 << 20));
    CHECK(used_only_by(inventory, {false, false}) == ByteCount());
    CHECK(used_only_by(inventory, {true, false}) == each[0].alone);
    CHECK(used_only_by(inventory, {true, true}) == all.used);
}

TEST_CASE("the digest that the server lists ends where its decoder stops reading") {
    const auto with_size = [](std::size_t size, std::string_view end) {
        std::string text = R"({"config":{"digest":")" + Digest().text() + R"(","size":1},"x":")";
        text.append(size - text.size() - 2 - end.size(), 'x');
        return text + "\"}" + std::string(end);
    };
    for (const std::size_t border : {512U, 1536U, 3584U, 7680U, 15872U, 32256U}) {
        INFO(border);
        CHECK(bytes_hashed_by_server(with_size(border, "")) == border);
        CHECK(bytes_hashed_by_server(with_size(border, "\n")) == border);
        CHECK(bytes_hashed_by_server(with_size(border + 1, "\n")) == border);
        CHECK(bytes_hashed_by_server(with_size(border + 2, "\n\n")) == border);
        CHECK(bytes_hashed_by_server(with_size(border + 1, "")) == border + 1);
        CHECK(bytes_hashed_by_server(with_size(border + 2, "\n")) == border + 2);
    }
    CHECK(bytes_hashed_by_server("no brace") == 8);

    MemoryDisk disk;
    disk.put(test::path_of_model("mistral"), with_size(513, "\n"));
    const Inventory inventory = inventory_of(disk);
    REQUIRE(inventory.models.size() == 1);
    const Entry& entry = inventory.models[0];
    CHECK(entry.has_digest(Digest::of(with_size(513, "\n"))));
    CHECK(entry.has_digest(Digest::of(with_size(513, "\n").substr(0, 512))));
    CHECK_FALSE(entry.has_digest(Digest::of("")));
    CHECK(entry.listed == Digest::of(with_size(513, "\n").substr(0, 512)));
}
