// Who one is at a registry, from the environment and from Docker's settings.
#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/raw_server.hpp"

#include <filesystem>

using namespace codemate;
using test::World;
namespace fs = std::filesystem;

namespace {

// A registry that lets bob in, whose password is "s3cret", and says that the tag is at this digest.
test::RawServer::Script private_registry(const Digest& digest) {
    return [hex = digest.hex()](test::RawServer::Connection& connection) {
        for (;;) {
            const std::string request = connection.read_request();
            if (request.empty()) return;
            const bool is_bob = request.find("Basic Ym9iOnMzY3JldA==") != std::string::npos;
            connection.send(is_bob
                                ? "HTTP/1.1 200 OK\r\nollama-content-digest: " + hex + "\r\nContent-Length: 0\r\n\r\n"
                                : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                                  "Content-Length: 0\r\n\r\n");
        }
    };
}

struct PrivateWorld : World {
    PrivateWorld() {
        sandbox.pull("mistral:latest");
        registry = std::make_unique<test::RawServer>(private_registry(test::locked(sandbox, "mistral").digest));
        set("CODEMATE_REGISTRY", registry->url().text());
    }
    // As an executable of that name in PATH.
    void install(const std::string& program, const std::string& text) {
        const fs::path file = directory().write("bin/" + program, text);
        fs::permissions(file, fs::perms::owner_all);
        set("PATH", (directory() / "bin").string() + ":/usr/bin:/bin");
    }
    std::unique_ptr<test::RawServer> registry;
};

} // namespace

TEST_CASE("without TLS a server is told no secret, and nobody else is") {
    const test::RawServer server([](test::RawServer::Connection& connection) {
        while (!connection.read_request().empty())
            connection.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    });
    test::Place place;
    place.server(server.url().text());
    place.set("OLLAMA_API_KEY", "s3cret");
    place.set("NETRC", place.directory().write("netrc", "machine 127.0.0.1 login bob password sesame").string());
    const auto result = place.codemate({"list", "-vv"});
    CHECK(result.status() == 1);
    CHECK(result.err.find("OLLAMA_API_KEY is not sent to http://127.0.0.1") != std::string::npos);
    CHECK(result.err.find("hint: set OLLAMA_API_KEY") != std::string::npos);
    CHECK((result.out + result.err).find("s3cret") == std::string::npos);
    REQUIRE_FALSE(server.requests().empty());
    for (const std::string& request : server.requests())
        CHECK(request.find("uthorization") == std::string::npos);
}

TEST_CASE("credentials of the environment") {
    PrivateWorld world;
    const auto nobody = world.codemate({"outdated"});
    CHECK(nobody.status() == 1);
    CHECK(nobody.err.find("CODEMATE_REGISTRY_USER") != std::string::npos);
    world.set("CODEMATE_REGISTRY_USER", "bob");
    world.set("CODEMATE_REGISTRY_PASSWORD", "s3cret");
    CHECK(world.codemate({"outdated"}).status() == 0);
    world.set("CODEMATE_REGISTRY_PASSWORD", "sesame");
    const auto wrong = world.codemate({"outdated", "-vv"});
    CHECK(wrong.status() == 1);
    CHECK((wrong.out + wrong.err).find("sesame") == std::string::npos);
    CHECK((wrong.out + wrong.err).find("Ym9i") == std::string::npos);
}

TEST_CASE("credentials that are for no registry in particular are for none") {
    PrivateWorld world;
    const std::string name = world.registry->url().authority() + "/library/mistral";
    world.directory().write("codemate.json",
                            R"({"schema": 1, "roles": {"primary": "mistral"}, "models": {"mistral": {"from": ")" +
                                name + R"("}}, "mirrors": [")" + world.registry->url().text() + R"("]})");
    world.set("CODEMATE_REGISTRY", "");
    world.set("CODEMATE_REGISTRY_USER", "bob");
    world.set("CODEMATE_REGISTRY_PASSWORD", "s3cret");
    const auto result = world.codemate({"outdated", "primary"});
    CHECK(result.status() == 1);
    CHECK(result.err.find("warning: the credentials in CODEMATE_REGISTRY_") != std::string::npos);
}

TEST_CASE("credentials of Docker's settings, written there or asked from a helper") {
    PrivateWorld world;
    const std::string host = world.registry->url().authority();
    SECTION("written, below HOME") {
        world.set("HOME", world.directory().path().string());
        world.directory().write(".docker/config.json",
                                R"({"auths": {")" + host + R"(": {"auth": "Ym9iOnMzY3JldA=="}}})");
        CHECK(world.codemate({"outdated"}).status() == 0);
    }
    SECTION("asked") {
        world.set("DOCKER_CONFIG", world.directory().path().string());
        world.directory().write("config.json", R"({"credHelpers": {")" + host + R"(": "mine"}})");
        world.install("docker-credential-mine", "#!/bin/sh\n[ \"$1\" = get ] && host=$(cat) && [ \"$host\" = " + host +
                                                    " ] && echo '{\"Username\": \"bob\", \"Secret\": \"s3cret\"}'\n");
        CHECK(world.codemate({"outdated"}).status() == 0);
        world.install("docker-credential-mine", "#!/bin/sh\necho hidden >&2; echo s3cret; exit 1\n");
        const auto failed = world.codemate({"outdated", "-vv"});
        CHECK(failed.status() == 1);
        CHECK((failed.out + failed.err).find("s3cret") == std::string::npos);
    }
    SECTION("damaged") {
        world.set("DOCKER_CONFIG", world.directory().path().string());
        world.directory().write("config.json", "{");
        CHECK(world.codemate({"outdated"}).status() == 1);
    }
}
