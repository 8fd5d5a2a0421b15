#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/lifecycle/use.hpp"

using namespace codemate;
namespace use_case = lifecycle::use;
using test::read_text;
using test::TempDir;

namespace {

const char* const project = R"({
  "schema": 1,
  "roles": {
    "primary": "coder:7b",   // fast
    "fallback": "mistral"
  },
  "groups": { "code": ["primary", "coder:32b"] }
}
)";

struct Checkout {
    TempDir dir;
    manifest::ManifestFile file{{manifest::Origin::How::found, dir / "codemate.json", "./codemate.json"}};
    use_case::Ports ports{file};

    Checkout() { dir.write("codemate.json", project); }
    use_case::Plan plan(const std::string& role, const std::string& name) const {
        const use_case::Options options{role, name};
        return use_case::plan(use_case::gather(options, ports, {}), options);
    }
};

} // namespace

TEST_CASE("a role gets another model, and the required set follows") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("primary", "Coder:32B");
    CHECK(plan.changes());
    CHECK(plan.before == ModelName::parse("coder:7b"));
    CHECK(plan.after.display() == "coder:32b"); // as it is spelled there
    CHECK(plan.declared);
    CHECK(plan.newly_required == std::vector<ModelName>{ModelName::parse("coder:32b")});
    CHECK(plan.no_more_required == std::vector<ModelName>{ModelName::parse("coder:7b")});
}

TEST_CASE("a new role, which may be a misspelt one") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("primry", "tinyllama");
    CHECK_FALSE(plan.before);
    CHECK_FALSE(plan.declared);
    CHECK(plan.meant_role == "primary");
    CHECK(plan.no_more_required.empty());
    CHECK_FALSE(checkout.plan("vision", "tinyllama").meant_role);
}

TEST_CASE("the model that it has already") {
    const Checkout checkout;
    const use_case::Plan plan = checkout.plan("fallback", "mistral:latest");
    CHECK_FALSE(plan.changes());
    CHECK(plan.text == project);
}

TEST_CASE("only the line concerned changes") {
    const Checkout checkout;
    const use_case::Report report = use_case::execute({"primary", "tinyllama"}, checkout.ports, {});
    CHECK(report.plan.changes());
    std::string expected = project;
    expected.replace(expected.find("coder:7b"), 8, "tinyllama:latest");
    CHECK(read_text(checkout.dir / "codemate.json") == expected);
}

TEST_CASE("execute works on what the file says then") {
    const Checkout checkout;
    checkout.dir.write("codemate.json", R"({"schema":1,"roles":{"primary":"other:1"}})");
    const use_case::Report report = use_case::execute({"primary", "tinyllama"}, checkout.ports, {});
    CHECK(report.plan.before == ModelName::parse("other:1"));
}

TEST_CASE("what cannot be a role's model, or a role") {
    const Checkout checkout;
    for (const auto& [role, name] :
         std::vector<std::pair<std::string, std::string>>{{"primary", "fallback"},
                                                          {"primary", "code"},
                                                          {"primary", "default"},
                                                          {"primary", "all"},
                                                          {"primary", ""},
                                                          {"primary", "a b"},
                                                          {"primary", "x:cloud"},
                                                          {"primary", "http://h:1/o/m"},
                                                          {"primary", "m@sha256:0123456789ab"},
                                                          {"mistral", "tinyllama"},
                                                          {"all", "tinyllama"},
                                                          {"default", "tinyllama"},
                                                          {"", "tinyllama"},
                                                          {"a role", "tinyllama"}}) {
        CAPTURE(role, name);
        try {
            checkout.plan(role, name);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::usage);
        }
    }
    CHECK(read_text(checkout.dir / "codemate.json") == project);
}
