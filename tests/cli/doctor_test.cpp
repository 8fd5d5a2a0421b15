#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/raw_server.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

using namespace codemate;
using test::RawServer;
using test::World;
namespace fs = std::filesystem;
using Ids = std::set<std::string>;

namespace {

json::Value document_of(const test::Finished& result) {
    return test::checked_document(result.out, "doctor");
}

Ids ids(const json::Value& document, std::string_view level) {
    Ids all;
    for (const json::Value& finding : document.find("findings")->elements()) {
        if (*finding.find("level")->string() == level) all.insert(*finding.find("id")->string());
    }
    // Of the machine that runs the tests.
    for (const char* own : {"space.low", "space.full", "memory.swap", "memory.taken", "completion.missing"})
        all.erase(own);
    return all;
}

// Problems of a run, whose status has to agree with them.
Ids problems(const test::Finished& result) {
    const json::Value document = document_of(result);
    CHECK(result.status() == (document.find("problems")->unsigned_integer() == 0U ? 0 : 3));
    return ids(document, "problem");
}

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

// A project and a server that has what it requires.
struct Sound : World {
    Sound() {
        sandbox.pull("mistral:latest");
        sandbox.pull("nomic-embed-text:latest");
        write(file("codemate.json"),
              R"({"schema": 1, "roles": {"primary": "mistral", "embedding": "nomic-embed-text"}})");
        set("CODEMATE_REGISTRY", sandbox.url());
        CHECK(codemate({"lock"}).status() == 0);
        fs::remove_all(state().path() / "codemate");
    }
    fs::path file(const std::string& name) const { return directory().path() / name; }
    Ids doctor() { return problems(codemate({"doctor", "--json"})); }
};

Ids problems_at(const http::Url& url) {
    test::Place place;
    place.server(url.text());
    return problems(place.codemate({"doctor", "--json"}));
}

} // namespace

TEST_CASE("doctor on a sound set-up, in a pipe and on a terminal, writes nothing") {
    Sound world;
    const auto piped = world.codemate({"doctor"});
    CHECK(piped.status() == 0);
    CHECK(piped.err.empty());
    CHECK_FALSE(test::has_escape(piped.out));
    CHECK(piped.out.find("ok       store       '" + world.sandbox.store().string() + "' is the server's\n") !=
          std::string::npos);
    CHECK(piped.out.find("no problems") != std::string::npos);
    CHECK(world.doctor().empty());
    const auto terminal = world.in_terminal({"doctor"});
    CHECK(terminal.status() == 0);
    CHECK(terminal.terminal.find("✓ ok") != std::string::npos);
    CHECK(world.codemate({"doctor", "-q"}).out.empty());
    CHECK_FALSE(fs::exists(world.state().path() / "codemate"));
}

TEST_CASE("doctor names what is broken in files and variables, and nothing else") {
    Sound world;
    const fs::path manifests = world.sandbox.store() / "manifests/registry.ollama.ai/library";
    SECTION("a manifest that was cut") {
        write(manifests / "broken/7b", "{");
        CHECK(world.doctor() == Ids{"cleanup.corrupt_manifest"});
    }
    SECTION("a link that leads nowhere") {
        fs::create_symlink("/nowhere", manifests / "mistral/7b");
        CHECK(world.doctor() == Ids{"list.fails"});
        const auto named = world.codemate({"doctor", "--json", "--models-dir", world.sandbox.store().string()});
        CHECK(problems(named) == Ids{"list.fails"});
        CHECK(named.out.find((manifests / "mistral/7b").string()) != std::string::npos);
    }
    SECTION("a layer that is gone") {
        fs::path largest;
        for (const auto& entry : fs::directory_iterator(world.sandbox.store() / "blobs")) {
            if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
        }
        fs::remove(largest);
        CHECK(world.doctor() == Ids{"content.damaged"});
    }
    SECTION("a wedged download") {
        const fs::path partial = world.sandbox.store() / "blobs" / ("sha256-" + std::string(64, 'a') + "-partial");
        write(partial, "some bytes");
        write(partial.string() + "-0", "");
        CHECK(world.doctor() == Ids{"downloads.wedged"});
    }
    SECTION("variables") {
        world.set("OLLAMA_NOPRUNE", "no");
        CHECK(world.doctor() == Ids{"variables.opposite"});
        write(world.file("docker-compose.yml"),
              "services:\n  ollama:\n    image: ollama/ollama\n    environment:\n      OLLAMA_NUM_THREAD: 8\n");
        const auto result = world.codemate({"doctor", "-q"});
        CHECK(result.status() == 3);
        CHECK(result.out.find("OLLAMA_NUM_THREAD (docker-compose.yml:5)") != std::string::npos);
    }
    SECTION("a store that only its owner reads") {
        if (::geteuid() != 0) {
            fs::permissions(world.sandbox.store() / "manifests", fs::perms::none);
            CHECK(world.doctor() == Ids{"store.unreadable"});
            fs::permissions(world.sandbox.store() / "manifests", fs::perms::owner_all);
        }
    }
    SECTION("a server in a container") {
        world.sandbox.set_fault("container");
        const json::Value document = document_of(world.codemate({"doctor", "--json"}));
        CHECK(ids(document, "problem").empty());
        CHECK(ids(document, "note") == Ids{"store.elsewhere"});
    }
    SECTION("a directory that is none") {
        CHECK(problems(world.codemate({"doctor", "--json", "--models-dir", "/nonexistent/models"})) ==
              Ids{"store.not_there"});
    }
    SECTION("the manifest and the lock") {
        write(world.file("codemate.lock"), "{");
        CHECK(world.doctor() == Ids{"lock.mistakes"});
        write(world.file("codemate.json"), "{\"schema\": 1, \"rolls\": {}}");
        CHECK(world.doctor() == Ids{"manifest.mistakes"});
    }
    SECTION("names in the project's files, and models that are not there") {
        world.sandbox.remove("mistral:latest");
        write(world.file("app.py"), "MODEL = \"mistrall:latest\"\nmodel = \"mistrall\"\n");
        CHECK(world.doctor() == Ids{"references.misspelt", "required.absent"});
    }
}

TEST_CASE("doctor says which way the server is out of reach") {
    const auto with = [](const std::string& answer) {
        RawServer server([&](RawServer::Connection& connection) {
            connection.read_request();
            connection.send(answer);
        });
        return problems_at(server.url());
    };
    CHECK(problems_at(test::DeadPort().url()) == Ids{"server.unreachable"});
    CHECK(with("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") == Ids{"server.host_refused"});
    CHECK(with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n") == Ids{"server.credentials"});
    CHECK(with("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n") == Ids{"server.gateway"});
    CHECK(with("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>") == Ids{"server.not_ollama"});
    CHECK(with("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + std::string(999999, 'x')) ==
          Ids{"server.not_ollama"});
    CHECK(with("what is this?\r\n\r\n") == Ids{"server.not_ollama"});
    test::Place place;
    place.server("ftp://x");
    CHECK(problems(place.codemate({"doctor", "--json"})) == Ids{"server.address"});
    place.server("https://127.0.0.1:1");
    place.set("OLLAMA_API_KEY", "two\nlines");
    CHECK(problems(place.codemate({"doctor", "--json"})) == Ids{"server.key"});
    CHECK(place.codemate({"doctor", "--host", "ftp://x"}).status() == 2);
}

// These two take seconds of waiting each, which is what they are about.
TEST_CASE("doctor tells a server that starts from one that drips, within seconds") {
    RawServer silent([](RawServer::Connection& connection) {
        connection.read_request();
        connection.wait_for_close();
    });
    CHECK(problems_at(silent.url()) == Ids{"server.starting"});
    RawServer begun([](RawServer::Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
        connection.wait_for_close();
    });
    CHECK(problems_at(begun.url()) == Ids{"server.slow"});
}
