#include "cli/world.hpp"
#include "support/catch.hpp"

#include "codemate/base/files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

// The whole program and a server whose bookkeeping of a download is an empty file.

using namespace codemate;
namespace fs = std::filesystem;
using test::World;

namespace {

// mistral was pulled, is gone, and one record of its weights is empty. Another model proves whose the directory is.
struct Blocked : World {
    fs::path record;

    Blocked() {
        directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral","code":"qwen2.5-coder:7b"}})");
        set("CODEMATE_REGISTRY", sandbox.url());
        REQUIRE(codemate({"pull", "code"}).status() == 0);
        const auto before = blobs();
        REQUIRE(codemate({"pull", "chat"}).status() == 0);
        fs::path largest;
        for (const fs::path& path : blobs()) {
            const bool is_new = std::ranges::find(before, path) == before.end();
            if (is_new && (largest.empty() || fs::file_size(path) > fs::file_size(largest))) largest = path;
        }
        fs::remove(largest);
        fs::remove_all(sandbox.store() / "manifests/registry.ollama.ai/library/mistral");
        fs::remove_all(sandbox.store() / "manifests" / sandbox.url().substr(7));
        record = largest.string() + "-partial-0";
        std::ofstream(record).close();
    }
    std::vector<fs::path> blobs() const {
        std::vector<fs::path> all;
        for (const auto& entry : fs::directory_iterator(sandbox.store() / "blobs"))
            all.push_back(entry.path());
        return all;
    }
};

} // namespace

TEST_CASE("the empty file is removed, which is said, and the pull goes on") {
    const Blocked world;
    const auto pull = world.codemate({"pull", "chat"});
    CAPTURE(pull.err);
    CHECK(pull.status() == 0);
    CHECK_FALSE(fs::exists(world.record));
    CHECK(pull.err.find("is empty, which blocks that layer for ever; removed 1 file (blobs/" +
                        world.record.filename().string() + "), it is fetched anew") != std::string::npos);
    CHECK(pull.err.find("attempt 2") == std::string::npos);
    CHECK(world.codemate({"verify", "--deep", "-q"}).status() == 0);
}

TEST_CASE("where the files are not in reach the error has the command that removes the file") {
    const Blocked world;
    world.sandbox.set_fault("container");
    const auto pull = world.codemate({"pull", "chat", "--retries", "0"});
    CAPTURE(pull.err);
    CHECK(pull.status() == 4);
    CHECK(fs::exists(world.record));
    const std::string name = world.record.filename().string();
    const std::string pattern = name.substr(0, name.size() - 1) + "*";
    CHECK(pull.err.find("docker exec CONTAINER sh -c 'rm /") != std::string::npos);
    CHECK(pull.err.find("/blobs/" + pattern + "'`, then pull again") != std::string::npos);
}

TEST_CASE("a record that cannot be read and is not empty stays, and the error has the command") {
    const Blocked world;
    std::ofstream(world.record) << "xx\n";
    const auto pull = world.codemate({"pull", "chat"});
    CAPTURE(pull.err);
    CHECK(pull.status() == 6);
    CHECK(fs::exists(world.record));
    CHECK(pull.err.find("`rm " + (world.sandbox.store() / "blobs").string()) != std::string::npos);
    CHECK(pull.err.find("attempt 2") == std::string::npos);
}

TEST_CASE("a directory that --models-dir names and that is none: the command has its path all the same") {
    const Blocked world;
    const fs::path nowhere = world.directory() / "nowhere";
    const auto pull = world.codemate({"pull", "chat", "--retries", "0", "--models-dir", nowhere.string()});
    CAPTURE(pull.err);
    CHECK(pull.status() == 4);
    CHECK(fs::exists(world.record));
    CHECK(pull.err.find("rm " + nowhere.string() + "/blobs/sha256-") != std::string::npos);
}
