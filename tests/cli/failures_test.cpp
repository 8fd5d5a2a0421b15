// Each thing that goes wrong outside: its message, hint and status.
#include "cli/world.hpp"
#include "support/catch.hpp"

#include "codemate/json/read.hpp"

#include <algorithm>

using namespace codemate;
using test::Arguments;
using test::Place;
using test::World;

namespace {

void check_failure(const test::Finished& result, int status, const std::string& message, const std::string& hint) {
    CAPTURE(result.err, result.out);
    CHECK(result.status() == status);
    CHECK(result.err.find(message) != std::string::npos);
    CHECK(result.err.find(hint) != std::string::npos);
    const bool controls =
        std::any_of(result.err.begin(), result.err.end(), [](char c) { return c >= 0 && c < ' ' && c != '\n'; });
    CHECK_FALSE(controls);
}

} // namespace

TEST_CASE("no server") {
    Place place;
    place.server("127.0.0.1:1");
    check_failure(place.codemate({"list"}), 4, "nothing is listening on http://127.0.0.1:1", "hint: ");
    check_failure(place.codemate({"pull", "default"}), 4, "nothing is listening on http://127.0.0.1:1", "ollama serve");
    const json::Value document = test::checked_document(place.codemate({"pull", "default", "--json"}).out, "pull");
    CHECK(*document.find("error")->find("kind") == json::Value("unreachable"));
}

TEST_CASE("OLLAMA_HOST that cannot be understood") {
    struct Row {
        const char* value;
        int status;
        const char* message;
    };
    const Row row = GENERATE(Row{"http://user:pw@host:99", 2, "OLLAMA_HOST"}, Row{"ftp://host", 2, "OLLAMA_HOST"},
                             Row{"no such host!", 2, "OLLAMA_HOST"});
    Place place;
    place.server(row.value);
    check_failure(place.codemate({"list"}), row.status, row.message, "hint: ");
}

TEST_CASE("--host wins over the environment, and is named in its errors") {
    const World world;
    CHECK(world.codemate({"list", "--host", world.sandbox.url()}).status() == 0);
    check_failure(world.codemate({"list", "--host", "ftp://x"}), 2, "--host", "hint: ");
}

TEST_CASE("what the server says or does wrong while listing") {
    struct Row {
        const char* fault;
        int status;
        const char* message;
    };
    const Row row = GENERATE(Row{"forbidden", 4, "403"}, Row{"html", 4, "not"}, Row{"status=500", 1, "500"},
                             Row{"status=503", 4, "busy"}, Row{"queue-full", 4, "busy"});
    const World world;
    world.sandbox.set_fault(row.fault);
    CAPTURE(row.fault);
    check_failure(world.codemate({"list"}), row.status, row.message, "hint: ");
    const json::Value document = test::checked_document(world.codemate({"list", "--json"}).out, "list");
    CHECK(document.find("status")->integer() == row.status);
}

TEST_CASE("what goes wrong in the middle of a pull") {
    struct Row {
        const char* fault;
        int status;
        const char* message;
    };
    const Row row = GENERATE(Row{"cut-line@mistral", 4, "cannot pull 'mistral:latest'"},
                             Row{"cut-before-success@mistral", 4, "without"},
                             Row{"digest-mismatch@mistral", 1, "digest"}, Row{"no-space@mistral", 6, "no space left"});
    const World world;
    world.sandbox.set_fault(row.fault);
    CAPTURE(row.fault);
    const auto result = world.codemate({"pull", "mistral", "--retries", "0"});
    check_failure(result, row.status, row.message, "hint: ");
    CHECK(result.out.find("1 failed") != std::string::npos);
}

TEST_CASE("what breaks off once is begun again, and nobody need notice") {
    const auto* fault = GENERATE("cut-line@mistral#1", "cut-before-success@mistral#1", "digest-mismatch@mistral#1",
                                 "registry-status=503@mistral#1");
    const World world;
    world.sandbox.set_fault(fault);
    CAPTURE(fault);
    const auto result = world.codemate({"pull", "mistral"});
    CHECK(result.status() == 0);
    CHECK(result.err.find("mistral:latest: attempt 2 in ") != std::string::npos);
    CHECK(result.out.find("1 broken off before") != std::string::npos);
}

TEST_CASE("a stall is left after a time that one can set, and --timeout ends it all") {
    const World world;
    const auto* fault = GENERATE("stall@mistral", "silent-stall@mistral");
    world.sandbox.set_fault(fault);
    const auto result = world.codemate({"pull", "mistral", "--stall-timeout", "300ms", "--retries", "0"});
    check_failure(result, 4, "nothing has come for 300ms", "hint: ");
    const auto limited = world.codemate({"pull", "mistral", "--timeout", "3s"});
    check_failure(limited, 4, "the time of --timeout has passed (3s)", "hint: ");
    CHECK(limited.out.find("interrupted") != std::string::npos);
    const json::Value document =
        test::checked_document(world.codemate({"pull", "mistral", "--timeout", "200ms", "--json"}).out, "pull");
    CHECK(document.find("status")->integer() == 4);
}

TEST_CASE("--wait waits for a server that is not up, and no longer") {
    World world;
    world.server("http://127.0.0.1:1");
    const auto result = world.codemate({"pull", "mistral", "--wait", "100ms"});
    check_failure(result, 4, "nothing is listening", "waited 100ms for it");
    world.server(world.sandbox.url());
    world.sandbox.set_fault("hang@/api/version#1");
    const auto busy = world.codemate({"pull", "mistral", "--wait", "20s"});
    CHECK(busy.status() == 0);
}

TEST_CASE("verify waits for the server likewise, but not for mistakes in files") {
    World world;
    world.sandbox.pull("mistral:latest");
    world.sandbox.set_fault("hang@/api/version#1");
    CHECK(world.codemate({"verify", "mistral", "--wait", "20s"}).status() == 0);
    world.server("http://127.0.0.1:1");
    check_failure(world.codemate({"verify", "--wait", "100ms"}), 4, "nothing is listening", "waited 100ms for it");
    const auto limited = world.codemate({"verify", "--wait", "1h", "--timeout", "100ms", "--json"});
    check_failure(limited, 4, "the time of --timeout has passed (100ms)", "hint: give it more time");
    CHECK(test::checked_document(limited.out, "verify").find("status")->integer() == 4);
    world.directory().write("codemate.json", "{");
    CHECK(world.codemate({"verify", "--wait", "1h"}).status() == 2);
}

TEST_CASE("--timeout ends every wait for a server that does not answer") {
    const World world;
    world.sandbox.pull("mistral:latest");
    const auto [command, path] = GENERATE(table<const char*, const char*>({{"pull", "/api/version"},
                                                                           {"pull", "/api/tags"},
                                                                           {"pull", "/api/pull"},
                                                                           {"verify", "/api/version"},
                                                                           {"verify", "/api/tags"},
                                                                           {"verify", "/api/ps"}}));
    CAPTURE(command, path);
    world.sandbox.set_fault(std::string("hang@") + path);
    const auto result = world.codemate({command, "mistral", "--timeout", "300ms"});
    check_failure(result, 4, "the time of --timeout has passed (300ms)", "hint: ");
}

TEST_CASE("values that are none") {
    const World world;
    const auto [option, value] = GENERATE(table<const char*, const char*>({{"--jobs", "0"},
                                                                           {"--jobs", "many"},
                                                                           {"--retries", "-1"},
                                                                           {"--stall-timeout", "soon"},
                                                                           {"--timeout", "0s"},
                                                                           {"--wait", "1x"}}));
    check_failure(world.codemate({"pull", "mistral", option, value}), 2, option, "");
    const bool of_verify = std::string(option) == "--timeout" || std::string(option) == "--wait";
    if (of_verify) check_failure(world.codemate({"verify", option, value}), 2, option, "");
}

TEST_CASE("a manifest with five mistakes reports them all") {
    const World world;
    world.directory().write("codemate.json", R"({
  "schema": 1,
  "rolls": {},
  "roles": {"primary": 5},
  "groups": {"g": ["g"]},
  "protected": ["a b"],
  "budget": {"disk": "much"}
})");
    const auto result = world.codemate({"list"});
    check_failure(result, 2, "codemate.json has 5 mistakes", "line 3: /rolls");
    for (const char* line : {"line 4: ", "line 5: ", "line 6: ", "line 7: "})
        CHECK(result.err.find(line) != std::string::npos);
    const json::Value document = test::checked_document(world.codemate({"list", "--json"}).out, "list");
    CHECK(document.find("error")->find("notes")->elements().size() == 5);
}

TEST_CASE("a manifest that is no JSON") {
    const World world;
    world.directory().write("codemate.json", "{ \"schema\": 1,\n  nonsense \x1b }");
    check_failure(world.codemate({"pull"}), 2, "line 2", "");
}
