#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/raw_server.hpp"

#include "codemate/base/clock.hpp"
#include "codemate/state/changes.hpp"
#include "codemate/state/verified.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/local_disk.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

using namespace codemate;
using test::World;

TEST_CASE("after a pull verify passes") {
    const World world;
    CHECK(world.codemate({"verify"}).status() == 3);
    CHECK(world.codemate({"pull", "default"}).status() == 0);
    const auto result = world.codemate({"verify"});
    CHECK(result.status() == 0);
    CHECK(test::golden_difference("verify.txt", result.out) == "");
    CHECK(result.err == "codemate: note: no codemate.json here, so the required set is that of the built-in manifest\n"
                        "codemate: note: there is no lock: no digest is checked\n");
    CHECK(world.codemate({"verify", "-q"}).err.empty());
}

TEST_CASE("verify against a lock, as JSON") {
    const World world;
    world.sandbox.pull("mistral:latest");
    test::write_project(world, "mistral", R"({"context": 8192, "quantization": "Q4_0"})");
    const auto plain = world.codemate({"verify"});
    CHECK(plain.status() == 0);
    CHECK(plain.err.empty());
    CHECK(plain.out.find("at its locked digest") != std::string::npos);
    const auto result = world.codemate({"verify", "--json"});
    CHECK(result.status() == 0);
    test::checked_document(result.out, "verify");
    CHECK(test::golden_difference("verify.json", test::steady_in(world, result.out)) == "");
}

TEST_CASE("drift and unfulfilled expectations end with 3 and say why") {
    const World world;
    world.sandbox.pull("mistral:latest");
    test::write_project(world, "mistral", R"({"context": 1000000, "quantization": "F16"})");
    world.sandbox.set_fault("moving-tag=mistral:latest");
    world.sandbox.pull("mistral:latest"); // by somebody else
    const auto result = world.codemate({"verify"});
    CHECK(result.status() == 3);
    CHECK(test::golden_difference("verify.problems.txt", result.out) == "");
    CHECK(result.err == "codemate: error: 1 model is not as required\n"
                        "hint: `codemate pull mistral` brings back what is locked; `codemate lock --upgrade mistral` "
                        "accepts what their tags serve now\n");
    const json::Value document = test::checked_document(world.codemate({"verify", "--json"}).out, "verify");
    CHECK(document.find("ok")->boolean() == false);
    const json::Value& model = document.find("models")->elements()[0];
    CHECK(*model.find("drift") == json::Value("moved"));
    CHECK(model.find("findings")->elements().size() == 3);
}

TEST_CASE("a server that is too old, and one that is not there") {
    World world;
    world.sandbox.pull("mistral:latest");
    world.directory().write("codemate.json", R"({"schema": 1, "ollama": ">=99.1", "roles": {"primary": "mistral"}})");
    const auto old = world.codemate({"verify"});
    CHECK(old.status() == 3);
    CHECK(old.err.find("the manifest wants >=99.1") != std::string::npos);
    world.server("127.0.0.1:1");
    const auto dead = world.codemate({"verify", "--json"});
    CHECK(dead.status() == 4);
    test::checked_document(dead.out, "verify");
}

namespace {

namespace fs = std::filesystem;

// A project that requires a model of the sandbox, whose files are then changed behind the server's back.
struct DiskWorld : World {
    DiskWorld() {
        sandbox.pull("mistral:latest");
        test::write_project(*this, "mistral");
        set("OLLAMA_MODELS", sandbox.store().string()); // a damaged model tells of no directory
    }

    Image image() const { return Image::parse(test::read_text(manifest())); }
    fs::path manifest() const { return sandbox.store() / "manifests/registry.ollama.ai/library/mistral/latest"; }
    fs::path blob(LayerRole role) const {
        const Image whole = image();
        if (role == LayerRole::configuration) return path_of(whole.config);
        for (const Layer& layer : whole.layers) {
            if (layer.role == role) return path_of(layer);
        }
        throw std::runtime_error("it has no such layer");
    }
    fs::path path_of(const Layer& layer) const { return sandbox.store() / "blobs" / ("sha256-" + layer.digest.hex()); }

    // The kinds of the model's findings.
    test::Arguments findings(const test::Finished& finished) const {
        const json::Value document = test::checked_document(finished.out, "verify");
        test::Arguments words;
        for (const json::Value& finding : document.find("models")->elements()[0].find("findings")->elements())
            words.push_back(*finding.find("what")->string());
        return words;
    }
    test::Arguments findings(test::Arguments arguments = {"verify"}) const {
        arguments.emplace_back("--json");
        return findings(codemate(arguments));
    }
    std::string standing(const test::Arguments& arguments = {"verify", "--json"}) const {
        const json::Value document = test::checked_document(codemate(arguments).out, "verify");
        return *document.find("store")->find("standing")->string();
    }
};

// One bit, at equal length.
void flip(const fs::path& file, std::uintmax_t offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(byte);
}

using Words = test::Arguments;
const Words deep{"verify", "--deep"};

} // namespace

TEST_CASE("verify --deep on sound models") {
    const DiskWorld world;
    CHECK(world.standing() == "proven");
    const auto result = world.codemate({"verify", "--deep", "--progress", "plain"});
    CHECK(result.status() == 0);
    CHECK(result.out.find("content: 5 blobs: 5 good; 605 KB read, 0 B remembered") != std::string::npos);
    CHECK(result.err.find("reading 5 blobs, 605 KB") != std::string::npos);
    CHECK(world.codemate({"verify", "--deep", "--rehash"}).status() == 0);
    CHECK(world.codemate({"verify", "--deep", "--max-age", "1h"}).status() == 0);
    const auto named = world.codemate({"--models-dir", world.sandbox.store().string(), "verify", "--deep"});
    CHECK(named.status() == 0);
    CHECK(named.err.find("may be another server's") == std::string::npos);
}

TEST_CASE("options of verify --deep that go with nothing else") {
    const DiskWorld world;
    CHECK(world.codemate({"verify", "--rehash"}).status() == 2);
    CHECK(world.codemate({"verify", "--max-age", "1h"}).status() == 2);
    CHECK(world.codemate({"verify", "--deep", "--max-age", "soon"}).status() == 2);
    CHECK(world.codemate({"verify", "--deep", "--rehash", "--max-age", "1h"}).status() == 2);
    CHECK(world.codemate({"verify", "--models-dir", "/nonexistent"}).status() == 5);
}

// facts.md 4.6, row by row: what the server, a pull and a look at the list do not tell.
TEST_CASE("the damage that nobody notices is found") {
    DiskWorld world;
    struct Row {
        const char* what;
        LayerRole role;
        std::function<void(const fs::path&)> damage;
        Words structure, deep;
    };
    const auto remove = [](const fs::path& file) { fs::remove(file); };
    const auto cut = [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); };
    const auto zero = [](const fs::path& file) {
        const auto size = fs::file_size(file);
        fs::resize_file(file, 0);
        fs::resize_file(file, size);
    };
    const auto change_end = [](const fs::path& file) { flip(file, fs::file_size(file) - 1); };
    const std::vector<Row> rows{
        {"weights changed after the header", LayerRole::weights, change_end, {}, {"layer_damaged"}},
        {"weights zeroed", LayerRole::weights, zero, {"unreadable"}, {"unreadable", "layer_damaged"}},
        {"weights truncated", LayerRole::weights, cut, {"unreadable", "layer_size"}, {"unreadable", "layer_size"}},
        {"weights missing",
         LayerRole::weights,
         remove,
         {"unreadable", "layer_missing"},
         {"unreadable", "layer_missing"}},
        {"configuration damaged", LayerRole::configuration, zero, {"unlisted"}, {"unlisted", "layer_damaged"}},
        {"configuration missing",
         LayerRole::configuration,
         remove,
         {"unlisted", "layer_missing"},
         {"unlisted", "layer_missing"}},
        {"template missing",
         LayerRole::template_text,
         remove,
         {"unlisted", "layer_missing"},
         {"unlisted", "layer_missing"}},
        {"template changed", LayerRole::template_text, change_end, {}, {"layer_damaged"}},
        {"parameters missing", LayerRole::parameters, remove, {"layer_missing"}, {"layer_missing"}},
        {"licence changed", LayerRole::license, change_end, {}, {"layer_damaged"}},
    };
    world.sandbox.pull("llama3:8b"); // proves the store where the only other model is not listed
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const fs::path file = world.blob(row.role);
        const std::string whole = test::read_text(file);
        row.damage(file);
        // The server remembers what it read of a manifest; a new one does not.
        const test::Sandbox fresh({.store = world.sandbox.store()});
        world.server(fresh.url());
        CHECK(world.findings() == row.structure);
        const auto result = world.codemate(deep);
        CHECK(result.status() == 3);
        CHECK(world.findings(deep) == row.deep);
        fs::remove(file);
        std::ofstream(file, std::ios::binary) << whole;
        CHECK(world.standing() == "proven");
        CHECK(world.codemate(deep).status() == 0);
    }
}

TEST_CASE("a damaged manifest is found") {
    DiskWorld world;
    world.sandbox.pull("llama3:8b");
    const bool empty = GENERATE(true, false);
    const std::string whole = test::read_text(world.manifest());
    std::ofstream(world.manifest(), std::ios::binary) << (empty ? "" : whole.substr(0, whole.size() / 2));
    const test::Sandbox fresh({.store = world.sandbox.store()});
    world.server(fresh.url());
    CHECK(world.standing() == "proven");
    CHECK(world.findings() == Words{"absent", "manifest"});
    CHECK(world.codemate({"verify"}).status() == 3);
}

TEST_CASE("a link that leads nowhere keeps the server from listing anything, and is named") {
    const DiskWorld world;
    const fs::path link = world.manifest().parent_path() / "gone";
    fs::create_symlink("/nowhere/at/all", link);
    const auto result = world.codemate({"verify"});
    CHECK(result.status() == 6);
    CHECK(result.err.find(link.string() + "': it is ") != std::string::npos);
    CHECK(result.err.find("to '/nowhere/at/all'") != std::string::npos);
    CHECK(result.err.find("hint: remove the link") != std::string::npos);
    fs::remove(link);
    CHECK(world.codemate({"verify"}).status() == 0);
}

TEST_CASE("a flip of one bit is found wherever it is") {
    const DiskWorld world;
    const LayerRole role = GENERATE(LayerRole::weights, LayerRole::license);
    const fs::path file = world.blob(role);
    const std::uintmax_t size = fs::file_size(file);
    for (const std::uintmax_t offset : {std::uintmax_t{0}, size / 2, size - 1}) {
        CAPTURE(file, offset);
        flip(file, offset);
        CHECK(world.codemate(deep).status() == 3);
        flip(file, offset);
        CHECK(world.codemate(deep).status() == 0);
    }
}

TEST_CASE("what is remembered is not read again, until it changes") {
    const DiskWorld world;
    // The files are younger than the margin, so codemate would not remember them yet.
    const auto disk = store::open_disk(world.sandbox.store());
    std::vector<state::Verified> known;
    for (const Layer& layer : world.image().blobs())
        known.push_back({layer.digest, disk->stat(store::blob_path(layer.digest))->identity, SystemClock().now()});
    state::VerifiedBlobs(world.state() / "codemate/verified.jsonl").add(known, {});
    const auto again = world.codemate(deep);
    CHECK(again.status() == 0);
    CHECK(again.out.find("content: 5 blobs: 5 good; 0 B read, 605 KB remembered") != std::string::npos);
    CHECK(world.codemate({"verify", "--deep", "--rehash"}).out.find("605 KB read, 0 B remembered") !=
          std::string::npos);
    CHECK(world.codemate({"verify", "--deep", "--max-age", "0"}).out.find(" 0 B remembered") != std::string::npos);
    flip(world.blob(LayerRole::license), 0);
    CHECK(world.codemate(deep).status() == 3);
}

TEST_CASE("a blob that cannot be read is 6, never 0") {
    const DiskWorld world;
    const fs::path file = world.blob(LayerRole::license);
    fs::remove(file);
    fs::create_symlink(world.directory().write("elsewhere", "licence"), file);
    CHECK(world.findings() == Words{"unread"});
    CHECK(world.codemate({"verify"}).status() == 0);
    CHECK(world.findings(deep) == Words{"unread"});
    CHECK(world.codemate(deep).status() == 6);
}

TEST_CASE("a store that is not the server's is not looked at, unless it is named") {
    DiskWorld world;
    const test::TempDir elsewhere;
    fs::copy(world.sandbox.store(), elsewhere / "models", fs::copy_options::recursive);
    flip(world.blob(LayerRole::license), 0);
    world.set("OLLAMA_MODELS", (elsewhere / "models").string());
    CHECK(world.standing() == "proven"); // what the server tells of
    CHECK(world.findings(deep) == Words{"layer_damaged"});
    const auto named = world.codemate({"verify", "--models-dir", (elsewhere / "models").string()});
    CHECK(named.status() == 0);
    CHECK(
        named.err.find("is used because it was named; it may be another server's: mistral:latest was written there at "
                       "another time than the server says") != std::string::npos);
}

namespace {

// A server in a container, or behind a tunnel: what it tells of is not on this machine.
void answer_from_elsewhere(test::RawServer::Connection& connection) {
    const std::string hex = Digest::of("weights").hex();
    const auto send = [&](const std::string& body) {
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
    };
    for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
        if (request.find(" /api/version ") != std::string::npos) {
            send(R"({"version":"0.32.15"})");
        } else if (request.find(" /api/tags ") != std::string::npos) {
            send(R"({"models":[{"name":"mistral:latest","modified_at":"2026-11-22T12:00:00.5Z","size":7,"digest":")" +
                 hex + R"(","details":{"context_length":8192}}]})");
        } else if (request.find(" /api/ps ") != std::string::npos) {
            send(R"({"models":[]})");
        } else {
            send(R"({"modelfile":"FROM /root/.ollama-of-nobody/models/blobs/sha256-)" + hex + R"(\n"})");
        }
    }
}

} // namespace

TEST_CASE("where no store is in reach one note is all, and --deep says what can be done") {
    test::RawServer server(answer_from_elsewhere);
    test::Place place;
    place.server(server.url().text());
    place.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "mistral"}})");
    const auto plain = place.codemate({"verify"});
    CHECK(plain.status() == 0);
    CHECK(plain.err == "codemate: note: disk: not checked, the server may be remote\n"
                       "codemate: note: there is no lock: no digest is checked\n");
    const auto result = place.codemate(deep);
    CHECK(result.status() == 6);
    CHECK(result.err.find("codemate: error: the content is not checked: the server may be remote\n") !=
          std::string::npos);
    CHECK(result.err.find("docker exec CONTAINER sh -c 'cd /root/.ollama-of-nobody/models/blobs && ls | sed -n "
                          R"("s/^sha256-\([0-9a-f]\{64\}\)$/\1  &/p" | sha256sum -c --quiet')") != std::string::npos);
    const json::Value document = test::checked_document(place.codemate({"verify", "--deep", "--json"}).out, "verify");
    CHECK(*document.find("store")->find("standing") == json::Value("elsewhere"));
    CHECK(document.find("store")->find("ways")->elements().size() == 2);
    CHECK(document.find("content")->is_null());
}

namespace {

const Words repair{"verify", "--repair", "--yes"};

} // namespace

TEST_CASE("repair needs a yes, and --dry-run changes nothing") {
    DiskWorld world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    CHECK(world.codemate({"verify", "--repair"}).status() == 0); // there is nothing to do
    const fs::path file = world.blob(LayerRole::weights);
    flip(file, fs::file_size(file) / 2);
    const std::string damaged = test::read_text(file);
    const auto dry = world.codemate({"verify", "--repair", "--dry-run"});
    CHECK(dry.status() == 3);
    CHECK(dry.err.find(" of mistral:latest will come from mistral:latest\n") != std::string::npos);
    const auto unasked = world.codemate({"verify", "--repair"});
    CHECK(unasked.status() == 7);
    CHECK(unasked.err.find("--yes is the consent") != std::string::npos);
    const json::Value document = test::checked_document(world.codemate({"verify", "--repair", "--json"}).out, "verify");
    CHECK(*document.find("error")->find("kind") == json::Value("refused"));
    CHECK(*document.find("repair")->find("executed") == json::Value(false));
    CHECK(test::read_text(file) == damaged);
    CHECK(world.codemate({"verify", "--yes"}).status() == 2);
}

// In the manner of nix's test of its own repair.
TEST_CASE("corrupt, verify, repair, verify; corrupt again, lose the source, repair fails and nothing more is lost") {
    DiskWorld world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    world.sandbox.pull("llama3:8b");
    const LayerRole role = GENERATE(LayerRole::weights, LayerRole::template_text, LayerRole::configuration);
    const fs::path file = world.blob(role);
    const std::string whole = test::read_text(file);
    const auto corrupt = [&] {
        flip(file, fs::file_size(file) / 2);
        return test::read_text(file);
    };
    corrupt();
    CHECK(world.codemate(deep).status() == 3);
    const auto repaired = world.codemate(repair);
    CHECK(repaired.status() == 0);
    CHECK(test::read_text(file) == whole);
    CHECK(world.codemate(deep).status() == 0);

    const std::string damaged = corrupt();
    world.sandbox.set_fault("registry-status=404");
    const auto failed = world.codemate(repair);
    CHECK(failed.status() == 3);
    CHECK(failed.err.find("no registry has it any more") != std::string::npos);
    CHECK(test::read_text(file) == damaged);
    world.sandbox.clear_faults();
    world.sandbox.set_fault("corrupt");
    if (role == LayerRole::weights) {
        CHECK(world.codemate(repair).status() == 3);
        CHECK(test::read_text(file) == damaged);
    }
    world.sandbox.clear_faults();
    CHECK(world.codemate(repair).status() == 0);
    CHECK(test::read_text(file) == whole);
    for (const auto& entry : fs::directory_iterator(world.sandbox.store() / "blobs"))
        CHECK(entry.path().filename().string().size() == 7 + 64); // nothing is left behind
}

TEST_CASE("repair brings back what is missing, and a damaged manifest by the lock") {
    DiskWorld world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    world.sandbox.pull("llama3:8b");
    const std::string manifest = test::read_text(world.manifest());
    fs::remove(world.blob(LayerRole::license));
    std::ofstream(world.manifest(), std::ios::binary) << manifest.substr(0, 100);
    const auto result = world.codemate({"verify", "--repair", "--yes", "--json"});
    CHECK(result.status() == 0);
    const json::Value document = test::checked_document(result.out, "verify");
    CHECK(document.find("repair")->find("steps")->elements().size() == 2);
    CHECK(test::read_text(world.manifest()) == manifest);
    CHECK(world.codemate(deep).status() == 0);
}

TEST_CASE("what is not in reach is not repaired where the server tells of no damage") {
    test::RawServer server(answer_from_elsewhere);
    test::Place place;
    place.server(server.url().text());
    place.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "mistral"}})");
    const auto result = place.codemate(repair);
    CHECK(result.status() == 6);
    CHECK(result.err.find("the content is not checked") != std::string::npos);
}

namespace {

// A server whose files are out of reach: what it tells of is on no file system of this machine.
struct FarWorld : DiskWorld {
    FarWorld() {
        set("CODEMATE_REGISTRY", sandbox.url());
        set("OLLAMA_MODELS", "");
        sandbox.set_fault("container");
    }
    void spoil_header() const {
        const fs::path file = blob(LayerRole::weights);
        flip(file, 0);
    }
    fs::path changes() const { return state() / "codemate/changes"; }
};

bool holds(const test::Finished& finished, std::string_view text) {
    return finished.err.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("without files a damaged model is removed and brought back at its digest, after a yes") {
    FarWorld world;
    const std::string whole = test::read_text(world.blob(LayerRole::weights));
    const std::string manifest = test::read_text(world.manifest());
    world.spoil_header();
    const std::string damaged = test::read_text(world.blob(LayerRole::weights));
    // The server remembers what it showed of a manifest until it is started anew.
    const test::Sandbox fresh({.faults = {"container"}, .store = world.sandbox.store()});
    world.server(fresh.url());
    CHECK(world.codemate({"verify"}).status() == 3);
    const auto dry = world.codemate({"verify", "--repair", "--dry-run"});
    CHECK(dry.status() == 1); // damage, and content that is not checked
    CHECK(holds(dry, "mistral:latest will be removed and brought back at "));
    CHECK(holds(dry, "cannot be undone"));
    const auto unasked = world.codemate({"verify", "--repair", "--json"});
    CHECK(unasked.status() == 7);
    const json::Value refused = test::checked_document(unasked.out, "verify");
    CHECK(*refused.find("error")->find("kind") == json::Value("refused"));
    CHECK(*refused.find("repair")->find("irreversible") == json::Value(true));
    CHECK(test::read_text(world.blob(LayerRole::weights)) == damaged);
    const auto done = world.codemate({"verify", "--repair", "--yes", "--json"});
    CAPTURE(done.err);
    CHECK(done.status() == 0);
    const json::Value document = test::checked_document(done.out, "verify");
    CHECK(*document.find("repair")->find("steps")->elements()[0].find("done") == json::Value(true));
    CHECK(test::read_text(world.manifest()) == manifest);
    CHECK(test::read_text(world.blob(LayerRole::weights)) == whole);
    CHECK(fs::is_empty(world.changes()));
}

TEST_CASE("without files a model is not removed that nobody could bring back") {
    FarWorld world;
    world.spoil_header();
    const test::Sandbox fresh({.faults = {"container"}, .store = world.sandbox.store()});
    world.server(fresh.url());
    const std::string damaged = test::read_text(world.blob(LayerRole::weights));
    SECTION("its source has gone") {
        world.sandbox.set_fault("registry-status=404");
        const auto result = world.codemate(repair);
        CHECK(result.status() == 7);
        CHECK(holds(result, "could not be brought back"));
    }
    SECTION("another model's manifest is nobody's") {
        fs::create_directories(world.sandbox.store() / "manifests/registry.ollama.ai/library/mine");
        std::ofstream(world.sandbox.store() / "manifests/registry.ollama.ai/library/mine/latest", std::ios::binary)
            << test::read_text(world.manifest()) << " \n";
        const auto result = world.codemate(repair);
        CHECK(result.status() == 7);
        CHECK(holds(result, "nobody has the manifest of mine:latest"));
        CHECK(holds(result, "it may share any layer with mistral:latest"));
    }
    CHECK(test::read_text(world.blob(LayerRole::weights)) == damaged);
    CHECK(fs::exists(world.manifest()));
}

TEST_CASE("a repair that was cut off is finished by the next, and told by pull") {
    FarWorld world;
    world.set("CODEMATE_REGISTRY", world.sandbox.url());
    const Image image = world.image();
    state::Change change{world.sandbox.url(), ModelName::parse("mistral"), image.digest};
    change.began = SystemClock().now();
    change.restoring = state::Change::Restoring{image.bytes, {ModelName::parse("mistral")}};
    fs::remove_all(world.sandbox.store() / "manifests/registry.ollama.ai/library/mistral");
    fs::create_directories(world.changes());
    const auto leave = [&] { // as a process that was killed
        std::ofstream(world.changes() / "left.json", std::ios::binary) << to_text(change);
    };
    leave();
    const auto told = world.codemate({"pull", "--dry-run", "mistral"});
    CHECK(holds(told, "an earlier repair removed mistral:latest and was cut off; `codemate verify --repair` brings it "
                      "back at " +
                          image.digest.id()));
    CHECK(fs::exists(world.changes() / "left.json"));
    const auto result = world.codemate(repair);
    CAPTURE(result.err);
    CHECK(holds(result, "mistral:latest will be brought back at "));
    CHECK(test::read_text(world.manifest()) == image.bytes);
    CHECK_FALSE(fs::exists(world.changes() / "left.json"));
    leave();
    CHECK(world.codemate({"pull", "mistral"}).status() == 0); // it is there: nothing is left to do
    CHECK_FALSE(fs::exists(world.changes() / "left.json"));
}
