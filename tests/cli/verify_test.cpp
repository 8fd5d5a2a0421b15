#include "cli/locks.hpp"
#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

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
