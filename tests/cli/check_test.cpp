#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/json/value.hpp"
#include "codemate/manifest/lock.hpp"

using namespace codemate;
using test::Place;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": { "primary": "coder:7b-q8_0", "fallback": "mistral:latest" },
  "policy": { "quantization": ["Q4_0"] },
  "models": {
    "coder:7b-q8_0": { "options": { "num_ctx": 16384 }, "about": { "stated": { "context": 8192 } } }
  }
}
)";

} // namespace

TEST_CASE("check needs neither server nor home, and tells problems from warnings") {
    Place place;
    place.server("127.0.0.1:1");
    place.directory().write("codemate.json", project);
    const auto result = place.codemate({"check"});
    CHECK(result.status() == 3);
    CHECK(test::golden_difference("check.txt", result.out) == "");
    CHECK(result.err.empty());
    const auto json_result = place.codemate({"check", "--json"});
    CHECK(json_result.status() == 3);
    const json::Value document = test::checked_document(json_result.out, "check");
    CHECK(document.find("problems")->integer() == 1);
    CHECK(document.find("warnings")->integer() == 2);
    CHECK(document.find("findings")->elements().size() == 3);
}

TEST_CASE("warnings alone are status 0") {
    Place place;
    place.directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral"}})");
    const auto result = place.codemate({"check"});
    CHECK(result.status() == 0);
    CHECK(result.out == "warning: ./codemate.json: /roles/chat: mistral:latest is a moving tag, and no digest is "
                        "locked: it may be another model tomorrow; `codemate lock` pins it\n"
                        "./codemate.json: 1 model, 1 required, 0 locked: no problems and 1 warning\n");
}

TEST_CASE("the lock beside the manifest, or the one that is named") {
    const Place place;
    place.directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral"},"budget":{"disk":"1KB"}})");
    const manifest::Locked pin{
        Digest::of("x"), ModelName::parse("mistral"), ByteCount(5000), "Q4_0", std::nullopt, {}, ""};
    manifest::Lock lock{{{ModelName::parse("mistral"), pin}}};
    place.directory().write("codemate.lock", manifest::to_text(lock));
    const auto result = place.codemate({"check"});
    CHECK(result.status() == 3);
    CHECK(result.out ==
          "problem: ./codemate.json: /budget/disk: the required set takes 5 KB by the lock, 4 KB more than "
          "the budget of 1 KB; raise the budget, or require smaller models\n"
          "./codemate.json and codemate.lock: 1 model, 1 required, 1 locked: 1 problem\n");

    lock.models.at(ModelName::parse("mistral")).size = ByteCount(1000);
    lock.models.emplace(ModelName::parse("gone"), pin); // its source is mistral
    place.directory().write("other.lock", manifest::to_text(lock));
    const auto other = place.codemate({"check", "--lock", "other.lock", "--json"});
    REQUIRE(other.status() == 3);
    const json::Value document = test::checked_document(other.out, "check");
    CHECK(document.find("problems")->integer() == 1);
    CHECK(*document.find("findings")->elements()[0].find("rule") == json::Value("source"));
    CHECK(*document.find("findings")->elements()[0].find("line") == json::Value(6));
    CHECK(*document.find("findings")->elements()[1].find("rule") == json::Value("undeclared"));
    CHECK(place.codemate({"check", "--lock", "missing.lock"}).status() == 5);
}

TEST_CASE("check without a codemate.json checks the built-in manifest, and says so") {
    const Place place;
    const auto result = place.codemate({"check"});
    CHECK(result.status() == 0);
    CHECK(result.err.find("`codemate init`") != std::string::npos);
    CHECK(result.out.find("/roles/fallback: mistral:latest is a moving tag") != std::string::npos);
    CHECK(place.codemate({"check", "--manifest", "builtin"}).err.empty());
}

TEST_CASE("mistakes of the files are status 2, all of them") {
    const Place place;
    place.directory().write("codemate.json",
                            "{\n  \"schema\": 1,\n  \"rolse\": {},\n  \"budget\": { \"disk\": \"ten\" }\n}\n");
    const auto result = place.codemate({"check"});
    CHECK(result.status() == 2);
    CHECK(result.err.find("line 3: /rolse") != std::string::npos);
    CHECK(result.err.find("line 4: /budget/disk") != std::string::npos);
    test::checked_document(place.codemate({"check", "--json"}).out, "check");
    place.directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral"}})");
    place.directory().write("codemate.lock", "{ \"schema\": 2 }");
    CHECK(place.codemate({"check"}).status() == 2);
}
