#include "cli/world.hpp"
#include "support/catch.hpp"

#include <chrono>

// The whole program with a limit of the rate.

using namespace codemate;
using test::World;

namespace {

struct Limited : World {
    Limited() {
        directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral"}})");
        set("CODEMATE_REGISTRY", sandbox.url());
    }
    json::Value pull(const test::Arguments& more) const {
        test::Arguments arguments{"pull", "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto run = codemate(arguments);
        CAPTURE(run.err);
        REQUIRE(run.status() == 0);
        return test::checked_document(run.out, "pull");
    }
};

const json::Value& only_model(const json::Value& document) {
    return document.find("models")->elements().front();
}

} // namespace

TEST_CASE("a limited pull ends with the same name and digest, not sooner than the limit allows") {
    const Limited ordinary, limited;
    const json::Value free = ordinary.pull({});
    const auto began = std::chrono::steady_clock::now();
    const json::Value slow = limited.pull({"--limit-rate", "400k"});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    CHECK(*only_model(slow).find("digest") == *only_model(free).find("digest"));
    CHECK(*only_model(slow).find("name") == *only_model(free).find("name"));
    CHECK(*only_model(slow).find("pace")->string() == "smooth");
    CHECK(slow.find("limit_rate")->unsigned_integer() == 400'000u);
    CHECK(free.find("limit_rate") == nullptr);
    CHECK(only_model(free).find("pace") == nullptr);
    const auto size = static_cast<double>(only_model(slow).find("size")->unsigned_integer().value());
    CHECK(took.count() > size / 400'000 - 0.3); // what may be caught up, and the first piece
    CHECK(limited.codemate({"verify", "-q"}).status() == 0);
    // Once more: nothing to do.
    CHECK(*only_model(limited.pull({"--limit-rate", "400k"})).find("outcome")->string() == "unchanged");
}

TEST_CASE("a dry run says that it goes through codemate, and at which rate") {
    const Limited world;
    const auto dry = world.codemate({"pull", "--dry-run", "--limit-rate", "2MB/s"});
    CHECK(dry.status() == 0);
    CHECK(dry.out.find("1 model would be pulled; through codemate, 2 MB/s at most; nothing was changed") !=
          std::string::npos);
    const json::Value document = world.pull({"--dry-run", "--limit-rate", "2MB/s"});
    CHECK(document.find("limit_rate")->unsigned_integer() == 2'000'000u);
    CHECK(*only_model(document).find("do")->string() == "fetch_limited");
}

TEST_CASE("what is no rate is a mistake of usage that says the form") {
    const Limited world;
    const auto run = world.codemate({"pull", "--limit-rate", GENERATE("0", "fast", "5MB/h")});
    CHECK(run.status() == 2);
    CHECK(run.err.find("as in 5MB/s, 500k, 1MiB/s") != std::string::npos);
}
