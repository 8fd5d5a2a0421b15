#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace codemate;
using test::World;
namespace fs = std::filesystem;

namespace {

struct Filled : World {
    Filled() {
        for (const char* name : {"mistral:latest", "qwen2.5-coder:7b", "tinyllama:latest"})
            sandbox.pull(name);
    }
    void read_disk() { set("OLLAMA_MODELS", sandbox.store().string()); }
    json::Value document() { return test::checked_document(codemate({"du", "--json"}).out, "du"); }
};

std::uint64_t blocks_of(const fs::path& path) {
    struct stat facts {};
    REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return static_cast<std::uint64_t>(facts.st_blocks) * 512;
}

// As `du` adds it up.
std::uint64_t whole(const fs::path& directory) {
    std::uint64_t sum = blocks_of(directory);
    for (const auto& entry : fs::recursive_directory_iterator(directory))
        sum += blocks_of(entry.path());
    return sum;
}

std::uint64_t number(const json::Value& object, std::string_view key) {
    const json::Value* found = object.find(key);
    REQUIRE(found != nullptr);
    REQUIRE(found->unsigned_integer());
    return *found->unsigned_integer();
}

constexpr const char* no_disk = "codemate: note: disk: not checked, the server may be remote\n";

} // namespace

TEST_CASE("du without the directory says what the server lists, and that it is at most that") {
    Filled world;
    world.sandbox.set_fault("container");
    const auto result = world.codemate({"du"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("du.listed.txt", result.out) == "");
    CHECK(result.err == no_disk);
    const json::Value document = world.document();
    CHECK(document.find("disk")->is_null());
    CHECK(document.find("free_without")->is_null());
    CHECK(world.codemate({"du", "--models-dir", "/nonexistent/models"}).status() == 5);
}

TEST_CASE("du finds the directory by what the server tells of it") {
    Filled world;
    const auto result = world.codemate({"du"});
    CHECK(result.status() == 0);
    CHECK(result.err.empty());
    CHECK(world.document().find("disk")->is_object());
}

TEST_CASE("the figures add up to what the disk says, a sparse download included") {
    Filled world;
    world.read_disk();
    const fs::path blobs = world.sandbox.store() / "blobs";
    const std::string partial = "sha256-" + std::string(64, 'a') + "-partial";
    std::ofstream(blobs / partial) << "some bytes";
    fs::resize_file(blobs / partial, 100'000'000); // a hole
    std::ofstream(blobs / (partial + "-0")) << R"({"N":0,"Offset":0,"Size":100000000,"Completed":5000})";
    std::ofstream(blobs / ("sha256-" + std::string(64, 'b'))) << "nobody's";
    fs::create_symlink("/dev/null", blobs / "link");
    const json::Value document = world.document();
    const json::Value& disk = *document.find("disk");
    CHECK(number(disk, "total") == whole(world.sandbox.store()));
    const json::Value& download = disk.find("partial")->find("downloads")->elements()[0];
    CHECK(number(download, "extent") == 100'000'000);
    CHECK(number(download, "fetched") == 5000);
    CHECK(number(*disk.find("partial"), "bytes") < 1'000'000);
    CHECK(number(*disk.find("orphaned"), "blobs") == 1);
    CHECK(number(*disk.find("file_system"), "free") <= number(*disk.find("file_system"), "size"));
    const auto text = world.codemate({"du"});
    CHECK(text.err.empty());
    CHECK(text.out.find("1 download: 5 KB of 100 MB fetched") != std::string::npos);
}

TEST_CASE("what du says comes free does come free") {
    Filled world;
    world.read_disk();
    const json::Value before = world.document();
    std::uint64_t unique = 0;
    for (const json::Value& model : before.find("models")->elements()) {
        if (*model.find("name") == json::Value("mistral:latest")) unique = number(model, "unique");
    }
    CHECK(unique > 0);
    CHECK(number(*test::checked_document(world.codemate({"du", "--json", "mistral"}).out, "du").find("disk"),
                 "total") == number(*before.find("disk"), "total"));
    world.sandbox.remove("mistral:latest");
    const json::Value after = world.document();
    CHECK(number(*before.find("disk"), "models") - number(*after.find("disk"), "models") == unique);
}

TEST_CASE("du needs no server where the disk can be read, and says what is wrong where neither can") {
    Filled world;
    world.server("127.0.0.1:1");
    const auto neither = world.codemate({"du", "--json"});
    CHECK(neither.status() == 4);
    test::checked_document(neither.out, "du");
    const auto named = world.codemate({"du", "--models-dir", world.sandbox.store().string()});
    CHECK(named.status() == 0);
    CHECK(named.err.find("may not be this server's") != std::string::npos);
}

TEST_CASE("a filter that nothing fits, and a model that lacks a blob") {
    Filled world;
    world.read_disk();
    const auto none = world.codemate({"du", "nothing"});
    CHECK(none.status() == 0);
    CHECK(none.err == "codemate: note: no model fits 'nothing'\n");
    for (const auto& entry : fs::directory_iterator(world.sandbox.store() / "blobs"))
        fs::remove(entry.path());
    CHECK(world.codemate({"du", "mistral"}).err ==
          "codemate: note: 1 model lacks blobs that its manifest names; a pull fetches them\n");
}
