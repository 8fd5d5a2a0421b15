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
    CHECK(pull.err.find("cannot be read, which blocks that layer for ever; removed 1 file (blobs/" +
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

TEST_CASE("a file that is too short is not taken for the whole") {
    const Blocked world;
    const std::string path = world.record.string();
    const fs::path blob = path.substr(0, path.size() - std::string("-partial-0").size());
    fs::remove(world.record);
    std::ofstream(blob) << "GGUF";
    const bool in_reach = GENERATE(true, false);
    if (!in_reach) world.sandbox.set_fault("container");
    const auto pull = world.codemate({"pull", "chat"});
    CAPTURE(pull.err);
    CHECK(pull.status() == 0);
    CHECK(fs::file_size(blob) > 1000);
    CHECK(pull.err.find(in_reach ? "and is taken for the whole; removed 1 file" : "removed through its API") !=
          std::string::npos);
    CHECK(world.codemate({"verify", "--deep", "-q", "--models-dir", world.sandbox.store().string()}).status() == 0);
}

// A layer so small gives no event: it is its digest that tells.
TEST_CASE("records of which some are gone are not taken for the whole") {
    const Blocked world;
    std::ofstream(world.record) << R"({"N":0,"Offset":0,"Size":1000,"Completed":1000})" << '\n';
    std::string path = world.record.string();
    path.resize(path.size() - 2);
    std::ofstream(path) << std::string(1000, 'x');
    const bool in_reach = GENERATE(true, false);
    if (!in_reach) world.sandbox.set_fault("container");
    const auto pull = world.codemate({"pull", "chat"});
    CAPTURE(pull.err);
    CHECK(pull.status() == 0);
    CHECK(world.codemate({"verify", "--deep", "-q", "--models-dir", world.sandbox.store().string()}).status() == 0);
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
