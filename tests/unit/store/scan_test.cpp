#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/store/worlds.hpp"

#include "codemate/store/local_disk.hpp"
#include "codemate/store/scan.hpp"

#include <sys/stat.h>

using namespace codemate;
using namespace codemate::store;
using test::MemoryDisk;

TEST_CASE("a scan reads manifests and records, once, and no blob") {
    MemoryDisk disk;
    test::install(disk, "mistral", "{}", {"weights"});
    test::install(disk, "hf.co/owner/repo:Q4", "{}", {"others"});
    disk.put(test::path_of_blob("half") + "-partial", "....");
    disk.put(test::path_of_blob("half") + "-partial-0", "{}");
    const Scan found = scan(disk, {});
    CHECK(found.manifests.size() == 2);
    CHECK(found.blobs.size() == 5);
    CHECK(found.unread.empty());
    CHECK(found.manifests_known);
    CHECK(found.blobs_known);
    CHECK(disk.count(MemoryDisk::Call::open) == 3);
    CHECK(found.manifests[0].path == "manifests/hf.co/owner/repo/Q4");
    CHECK(found.manifests[0].content == disk.content(found.manifests[0].path));
}

TEST_CASE("an empty directory, and one that is not there") {
    MemoryDisk disk;
    const Scan found = scan(disk, {});
    CHECK(found.manifests_known);
    CHECK(found.blobs_known);
    CHECK(found.blobs.empty());
    disk.fail(MemoryDisk::Call::list, "", Error(Kind::storage, "no permission"));
    CHECK_THROWS_AS(scan(disk, {}), Error);
}

TEST_CASE("what cannot be listed or read is told of, and the rest goes on") {
    MemoryDisk disk;
    test::install(disk, "mistral", "{}", {"weights"});
    test::install(disk, "someone/other", "{}", {"weights"});
    disk.fail(MemoryDisk::Call::open, test::path_of_model("mistral"), Error(Kind::storage, "no permission"));
    disk.fail(MemoryDisk::Call::list, "blobs", Error(Kind::storage, "no permission"));
    const Scan found = scan(disk, {});
    CHECK(found.manifests.size() == 2);
    CHECK_FALSE(found.blobs_known);
    CHECK(found.manifests_known);
    REQUIRE(found.unread.size() == 2);
    CHECK(found.unread[0].path == "blobs");
    CHECK(found.unread[1].path == test::path_of_model("mistral"));
}

TEST_CASE("what vanishes between listing and reading was not there") {
    MemoryDisk disk;
    test::install(disk, "mistral", "{}", {"weights"});
    disk.fail(MemoryDisk::Call::open, test::path_of_model("mistral"), Error(Kind::not_found, "no such file"));
    const Scan found = scan(disk, {});
    CHECK(found.manifests.empty());
    CHECK(found.unread.empty());
}

TEST_CASE("four levels below manifests/ and no further; a huge manifest is not read") {
    MemoryDisk disk;
    disk.put("manifests/a/b/c/d/e/f", "too deep");
    disk.put("manifests/a/b/file", "not deep enough");
    disk.put("manifests/a/b/c/tag", "{}");
    disk.put("blobs/directory/x", "not looked into");
    disk.put("elsewhere/x/y", "not looked into");
    disk.put("blobs/sha256-" + Digest().hex() + "-partial-1", std::string(5000, ' '));
    const Scan found = scan(disk, {});
    std::vector<std::string> paths;
    for (const auto& each : found.manifests)
        paths.push_back(each.path);
    CHECK(paths == std::vector<std::string>{"manifests/a/b/c/d", "manifests/a/b/c/tag", "manifests/a/b/file"});
    CHECK(found.blobs.size() == 2);
    CHECK(found.rest.size() == 1);
    CHECK(found.unread.size() == 1);
    CHECK(disk.count(MemoryDisk::Call::list) == 6); // the directory, manifests, a, b, c, blobs
}

TEST_CASE("a stop ends a scan") {
    MemoryDisk disk;
    test::install(disk, "mistral", "{}", {"weights"});
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(scan(disk, stop.get_token()), Interrupted);
}

TEST_CASE("a directory made to hurt is scanned without waiting and without leaving it") {
    const test::TempDir outside;
    outside.write("host/owner/model/tag", "{}");
    const test::TempDir dir;
    namespace fs = std::filesystem;
    dir.write("manifests/registry.ollama.ai/library/mistral/latest", "{}");
    dir.write("manifests/registry.ollama.ai/library/mistral/new\nline", "{}");
    dir.write("manifests/registry.ollama.ai/library/mistral/" + std::string(255, 'x'), "{}");
    fs::create_directory_symlink(outside.path() / "host", dir.path() / "manifests/host");
    fs::create_directory_symlink("..", dir.path() / "manifests/registry.ollama.ai/up");
    fs::create_symlink("/dev/zero", dir.path() / "manifests/registry.ollama.ai/library/mistral/zero");
    fs::create_symlink("x", dir.path() / "manifests/registry.ollama.ai/library/mistral/nowhere");
    REQUIRE(::mkfifo((dir.path() / "manifests/registry.ollama.ai/library/mistral/fifo").c_str(), 0600) == 0);
    fs::create_directories(dir.path() / "blobs/sha256-1");
    const std::string record = "blobs/sha256-" + Digest().hex() + "-partial-0";
    REQUIRE(::mkfifo((dir.path() / record).c_str(), 0600) == 0);

    const auto disk = open_disk(dir.path());
    const Scan found = scan(*disk, {});
    CHECK(found.manifests.size() == 8);
    for (const auto& each : found.manifests)
        CHECK(each.content.has_value() == (each.stat.type == Type::file));
    CHECK(found.blobs.size() == 2);
    CHECK(found.unread.empty());
}
