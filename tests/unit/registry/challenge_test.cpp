#include "registry/challenge.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace codemate::registry;

namespace {

// "bearer realm=[…] service=[…]; basic realm=[…]"
std::string shape(const std::vector<Challenge>& challenges) {
    std::string text;
    for (const auto& challenge : challenges) {
        text += (text.empty() ? "" : "; ") + challenge.scheme;
        for (const auto& [name, value] : challenge.parameters)
            text += " " + name + "=[" + value + "]";
    }
    return text;
}

} // namespace

TEST_CASE("challenges as registries write them") {
    struct Row {
        std::string header, expected;
    };
    const std::vector<Row> rows = {
        {R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push")",
         "bearer realm=[https://auth.docker.io/token] service=[registry.docker.io] scope=[repository:a/b:pull,push]"},
        {R"(Basic realm="basic-realm")", "basic realm=[basic-realm]"},
        {R"(BASIC Realm = "a" , charset=UTF-8)", "basic realm=[a] charset=[UTF-8]"},
        {R"(Basic realm="a", Bearer realm="b",service=c)", "basic realm=[a]; bearer realm=[b] service=[c]"},
        {R"(Bearer realm="a \"quoted\" \\ b")", R"(bearer realm=[a "quoted" \ b])"},
        {"Negotiate", "negotiate"},
        {"Negotiate, Basic realm=x", "negotiate; basic realm=[x]"},
        {",, ,Basic realm=x,,", "basic realm=[x]"},
        {"", ""},
        {"=", ""},
        {R"(Bearer realm="never closed)", "bearer; realm"},
        {"Bearer realm=", "bearer realm=[]"},
        {"\x01\x02", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.header);
        CHECK(shape(parse_challenges(row.header)) == row.expected);
    }
}

TEST_CASE("every header of that name counts") {
    http::Response answer;
    answer.headers = {
        {"WWW-Authenticate", "Basic realm=a"}, {"X", "Basic realm=no"}, {"www-authenticate", "Bearer realm=b"}};
    const auto all = challenges_of(answer);
    CHECK(shape(all) == "basic realm=[a]; bearer realm=[b]");
    REQUIRE(all.size() == 2);
    CHECK(*all[1].find("realm") == "b");
    CHECK(all[1].find("scope") == nullptr);
}
