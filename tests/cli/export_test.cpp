#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/depots.hpp"
#include "support/raw_http.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/base/random.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/json/read.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/model/image.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

// The whole program, making models travel. Kills: CODEMATE_TEST_KILLS says how many.

using namespace codemate;
namespace fs = std::filesystem;
using test::FakeRegistry;
using test::World;

namespace {

constexpr std::uint64_t part = 8 << 20; // of an upload

std::string noise(std::size_t size, std::uint64_t seed) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<char>(seed >> 56U);
    }
    return bytes;
}

FakeRegistry::Model model(std::size_t size, std::uint64_t seed) {
    return FakeRegistry::model(R"({"model_format":"gguf","file_type":"Q4_0"})",
                               {{"model", noise(size, seed)}, {"license", "Apache 2.0"}});
}

// A models directory of a server that does not run, and a project that requires what is in it.
struct Stopped : test::Place {
    Stopped() {
        server("http://127.0.0.1:1");
        directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral","code":"team/coder:7b"}})");
    }
    void install(const std::string& name, const FakeRegistry::Model& what) const {
        const ModelName full = ModelName::parse(name);
        store.write("manifests/" + full.host() + "/" + full.owner() + "/" + full.model() + "/" + full.tag(),
                    what.manifest);
        for (const auto& [digest, content] : what.blobs)
            store.write("blobs/sha256-" + digest.hex(), content);
    }
    test::Arguments with_store(test::Arguments arguments) const {
        arguments.insert(arguments.end(), {"--models-dir", store.path().string()});
        return arguments;
    }
    test::TempDir store;
};

// All that the index names is there, and every file has its name's digest.
void check_layout(const fs::path& directory, std::size_t models) {
    const depot::Index index = depot::parse_index(test::read_text(directory / "index.json"));
    CHECK(index.models.size() == models);
    for (const auto& entry : fs::directory_iterator(directory / "blobs/sha256"))
        CHECK(Digest::of(test::read_text(entry.path())).hex() == entry.path().filename());
    const manifest::Lock lock = manifest::LockFile(directory / "codemate.lock").read();
    CHECK(lock.models.size() == models);
    for (const depot::Entry& model : index.models) {
        REQUIRE(lock.find(model.name) != nullptr);
        CHECK(lock.find(model.name)->digest == model.digest);
        const Image image = Image::parse(test::read_text(directory / depot::blob_path(model.digest)));
        for (const Layer& layer : image.blobs())
            CHECK(fs::file_size(directory / depot::blob_path(layer.digest)) == layer.size.count());
    }
    CHECK_FALSE(fs::exists(directory / ".codemate"));
    CHECK_FALSE(fs::exists(directory / "index.json.lock~"));
}

std::uint64_t received(const test::Sandbox& sandbox) {
    const auto reply = test::exchange(sandbox.port(), {.path = "/sandbox/pushed"});
    const json::Document document = json::read(reply.body(), "what was pushed");
    return *document.root.find("received")->unsigned_integer();
}

int kills() {
    const char* count = std::getenv("CODEMATE_TEST_KILLS");
    return count == nullptr ? 3 : std::atoi(count);
}

// Runs it, and kills it at some moment, unless it was done before.
void run_and_kill(const test::Command& command, std::chrono::milliseconds most) {
    const std::chrono::milliseconds moment(
        static_cast<std::int64_t>(random_fraction() * static_cast<double>(most.count())));
    test::Process process(command);
    try {
        process.wait(moment);
    } catch (const std::runtime_error&) { // it is killed where that time has passed
    }
}

} // namespace

TEST_CASE("models of a server that is here become a directory, are pushed, and another time nothing moves") {
    World world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    world.directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral:latest","other":"llama3:8b"}})");
    world.sandbox.pull("mistral:latest");
    world.sandbox.pull("llama3:8b");
    REQUIRE(world.codemate({"lock"}).status() == 0);

    const auto dry = world.codemate({"export", "--dry-run", "out"});
    CHECK(dry.status() == 0);
    CHECK(dry.out.find("from the models directory") != std::string::npos);
    CHECK_FALSE(fs::exists(world.directory() / "out"));

    const auto first = world.codemate({"--json", "export", "out"});
    INFO(first.err);
    CHECK(first.status() == 0);
    const json::Value document = test::checked_document(first.out, "export");
    for (const json::Value& each : document.find("models")->elements()) {
        CHECK(*each.find("result")->string() == "exported");
        CHECK(*each.find("from_registry")->unsigned_integer() == 0);
    }
    check_layout(world.directory() / "out", 2);
    const auto second = world.codemate({"export", "out"});
    CHECK(second.status() == 0);
    CHECK(second.out.find("there already") != std::string::npos);
    CHECK(second.out.find("2 models in out; 0 B written") != std::string::npos);

    const std::string registry = world.sandbox.url() + "/corp/models";
    const auto pushed = world.codemate({"export", "--to", registry});
    INFO(pushed.err);
    CHECK(pushed.status() == 0);
    const std::uint64_t sent = received(world.sandbox);
    CHECK(sent > 100'000);
    const auto reply =
        test::exchange(world.sandbox.port(), {.path = "/v2/corp/models/library/mistral/manifests/latest"});
    CHECK(reply.body() ==
          test::read_text(world.sandbox.store() / "manifests/registry.ollama.ai/library/mistral/latest"));
    CHECK(world.codemate({"export", "--to", registry}).out.find("0 B sent") != std::string::npos);
    CHECK(received(world.sandbox) == sent);

    // A content by its digest; as the last word it is no directory.
    const std::string content = "mistral@sha256:" + Digest::of(reply.body()).hex().substr(0, 12);
    const auto asked = world.codemate({"--json", "export", content, "asked"});
    CHECK(asked.status() == 0);
    const json::Value of_asked = test::checked_document(asked.out, "export");
    CHECK(*of_asked.find("models")->elements()[0].find("content")->string() == "asked");
    check_layout(world.directory() / "asked", 1);
    CHECK(world.codemate({"export", content}).status() == 2);

    // One bit of the directory is wrong: it is found, and heals.
    for (const auto& entry : fs::directory_iterator(world.directory() / "out/blobs/sha256")) {
        std::string bytes = test::read_text(entry.path());
        if (bytes.size() < 100'000) continue;
        bytes[bytes.size() / 2] ^= 1;
        world.directory().write("out/blobs/sha256/" + entry.path().filename().string(), bytes);
    }
    CHECK(world.codemate({"export", "out"}).status() == 0);
    check_layout(world.directory() / "out", 2);

    // Another content under the same name: what is replaced is said.
    world.directory().write("codemate.lock", R"({"schema":1,"models":{}})");
    world.sandbox.set_fault("moving-tag=mistral:latest");
    world.sandbox.pull("mistral:latest");
    world.sandbox.set_fault("push-status=503#1");
    const auto replacing = world.codemate({"export", "mistral", "--to", registry});
    INFO(replacing.err);
    CHECK(replacing.err.find("; trying again in ") != std::string::npos);
    CHECK(replacing.out.find("in the place of") != std::string::npos);
}

TEST_CASE("what cannot be exported, each with its status") {
    Stopped place;
    place.install("mistral", model(300'000, 1));
    struct Row {
        test::Arguments arguments;
        int status;
        std::string says;
    };
    place.directory().write("full/thesis.tex", "…");
    place.directory().write("file", "…");
    const std::vector<Row> rows{
        {{"export"}, 2, "nothing says where to export to"},
        {{"export", "http://registry.corp"}, 2, "--to URL"},
        {{"export", "mistral"}, 2, "./mistral"},
        {{"export", "mistral@sha256:"}, 2, "to which directory is not said"},
        {{"export", "llama3.2:1b"}, 2, "./llama3.2:1b"},
        {{"export", "--locked", "out"}, 2, "what codemate.lock pins is always exported as it is pinned"},
        {{"push", "mistral"}, 2, "export TARGET… --to URL"},
        {{"export", "http://127.0.0.1:1/a/b/c:1", "out"}, 2, "has a part too many"},
        {{"export", "full", "chat"}, 2, "the directory comes last"},
        {{"export", "--to", "http://127.0.0.1:1/a/../b"}, 2, "--to"},
        {{"export", "mistral", "full"}, 2, "neither empty nor an export"},
        {{"export", "mistral", "file"}, 2, "is no directory"},
        {{"export", "mistral", "file/below"}, 6, "below"},
        {{"export", "--to", "ftp://x", "mistral"}, 2, "--to"},
        {{"export", "mistral", "--to", "../dir"}, 2, "write `codemate export TARGET… ../dir` for a directory"},
        {{"export", "mistral", "--to", "full"}, 2, "write `codemate export TARGET… full` for a directory"},
        {{"export", "mistral", "--to", "http://127.0.0.1:1"}, 4, "nothing is listening"},
    };
    for (const Row& row : rows) {
        const auto finished = place.codemate(place.with_store(row.arguments));
        INFO(finished.err);
        CHECK(finished.status() == row.status);
        CHECK(finished.err.find(row.says) != std::string::npos);
    }
    CHECK(fs::directory_iterator(place.directory() / "full") != fs::directory_iterator());
    CHECK_FALSE(fs::exists(place.directory() / "full/oci-layout"));
    // For the registries and for where it goes: said once.
    place.set("CODEMATE_REGISTRY_TOKEN", "x");
    const auto finished = place.codemate(place.with_store({"export", "mistral", "--to", "http://127.0.0.1:1"}));
    const std::string warning = "the credentials in CODEMATE_REGISTRY_… are not used";
    CHECK(finished.err.find(warning) != std::string::npos);
    CHECK(finished.err.find(warning) == finished.err.rfind(warning));
}

TEST_CASE("which models directory is read where no server answers") {
    Stopped place;
    place.install("mistral", model(300'000, 1));
    place.install("team/coder:7b", model(100'000, 2));
    const auto nowhere = place.codemate({"export", "--dry-run", "usb"});
    CHECK(nowhere.err.find("--models-dir DIR reads one without a server") != std::string::npos);
    place.set("OLLAMA_MODELS", place.store.path().string());
    const auto finished = place.codemate({"export", "usb"});
    INFO(finished.err);
    CHECK(finished.status() == 0);
    CHECK(finished.err.find("'usb' becomes a new directory") != std::string::npos);
    CHECK(finished.err.find("the models directory is that of OLLAMA_MODELS") != std::string::npos);
    check_layout(place.directory() / "usb", 2);
    CHECK(place.codemate({"export", "usb"}).err.find("becomes a new directory") == std::string::npos);
    const auto of_export = place.codemate({"export", "--models-dir", "usb", "other"});
    CHECK(of_export.status() == 2);
    CHECK(of_export.err.find("'usb' is an export, not a models directory") != std::string::npos);
    const test::Sandbox registry;
    place.set("CODEMATE_REGISTRY", registry.url());
    const auto to = place.codemate({"export", "usb", "--to", registry.url() + "/models"});
    CHECK(to.status() == 5);
    CHECK(to.err.find("with --to there is no DIR") != std::string::npos);
}

TEST_CASE("an export that is killed anywhere is gone on with by the next one") {
    Stopped place;
    place.install("mistral", model(12 << 20, 1));
    place.install("team/coder:7b", model(1'000'000, 2));
    for (int i = 0; i < kills(); ++i) {
        const std::string out = "out" + std::to_string(i);
        run_and_kill(place.command(place.with_store({"-q", "export", out})), std::chrono::milliseconds(400));
        const auto finished = place.codemate(place.with_store({"--json", "export", out}));
        INFO(finished.err);
        REQUIRE(finished.status() == 0);
        test::checked_document(finished.out, "export");
        check_layout(place.directory() / out, 2);
        fs::remove_all(place.directory() / out);
    }
}

TEST_CASE("a push that is killed anywhere is gone on with, and sends no part but one twice") {
    Stopped place;
    const auto large = model(24 << 20, 1);
    place.install("mistral", large);
    place.install("team/coder:7b", model(1'000'000, 2));
    std::uint64_t whole = 0;
    for (const auto& name : {large, model(1'000'000, 2)})
        for (const auto& [digest, content] : name.blobs)
            whole += content.size();
    for (int i = 0; i < kills(); ++i) {
        const test::Sandbox registry;
        const test::Arguments push = place.with_store({"--json", "export", "--to", registry.url() + "/models"});
        run_and_kill(place.command(push), std::chrono::milliseconds(800));
        const auto finished = place.codemate(push);
        INFO(finished.err);
        REQUIRE(finished.status() == 0);
        CHECK(received(registry) <= whole + part);
        const auto reply = test::exchange(registry.port(), {.path = "/v2/models/library/mistral/manifests/latest"});
        CHECK(reply.body() == large.manifest);
        for (const auto& [digest, content] : large.blobs) {
            const auto blob =
                test::exchange(registry.port(), {.path = "/v2/models/library/mistral/blobs/" + digest.text()});
            CHECK(blob.body() == content);
        }
    }
}
