#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/registry/credentials.hpp"

using namespace codemate;
using namespace codemate::registry;

namespace {

struct Call {
    std::string program, input;
    bool operator==(const Call&) const = default;
};

// A helper that knows one answer, and remembers what it was asked.
struct Helper {
    std::string answer;
    std::vector<Call> calls = {};

    RunHelper run() {
        return [this](const std::string& program, const std::string& input) {
            calls.push_back({program, input});
            if (answer.empty()) throw Error(Kind::failed, "credentials not found, secret hunter2");
            return answer;
        };
    }
};

std::string shape(const std::optional<Credentials>& found) {
    if (!found) return "none";
    if (!found->token.empty()) return "token " + found->token;
    if (!found->identity_token.empty()) return "identity " + found->identity_token;
    return found->user + " / " + found->password;
}

RunHelper no_helper() {
    return [](const std::string&, const std::string&) -> std::string { throw Error(Kind::not_found, "no helper"); };
}

} // namespace

TEST_CASE("logins in Docker's configuration file") {
    constexpr std::string_view text = R"({
      "auths": {
        "https://index.docker.io/v1/": {"auth": "aHViOnB3"},
        "registry.corp:5000": {"auth": "dXNlcjpwOmE6c3M="},
        "registry.corp": {"username": "plain", "password": "pw"},
        "https://old.corp/v1/": {"auth": "b2xkOnB3AAA="},
        "id.corp": {"auth": "dXNlcjo=", "identitytoken": "refresh"},
        "bearer.corp": {"registrytoken": "abc"},
        "empty.corp": {},
        "bad.corp": {"auth": "!!!"},
        "nocolon.corp": {"auth": "dXNlcg=="},
        "wrong.corp": {"auth": 17},
        "number.corp": 17
      }, "HttpHeaders": {}, "psFormat": "x"})";
    const auto credentials = docker_credentials(text, no_helper());
    struct Row {
        std::string host, expected;
    };
    const std::vector<Row> rows = {
        {"docker.io:443", "hub / pw"},
        {"registry-1.docker.io:443", "hub / pw"},
        {"registry.corp:5000", "user / p:a:ss"},
        {"registry.corp:443", "plain / pw"},
        {"registry.corp:5001", "none"},
        {"old.corp:443", "old / pw"},
        {"id.corp:443", "identity refresh"},
        {"bearer.corp:443", "token abc"},
        {"empty.corp:443", "none"},
        {"bad.corp:443", "none"},
        {"nocolon.corp:443", "none"},
        {"wrong.corp:443", "none"},
        {"number.corp:443", "none"},
        {"other.corp:443", "none"},
        {"evilregistry.corp:443", "none"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.host);
        CHECK(shape(credentials(row.host)) == row.expected);
    }
}

TEST_CASE("a damaged configuration file is no login") {
    for (const std::string text :
         {"", "{", "[]", "17", R"({"auths": 3})", R"({"auths": []})", R"({"credHelpers": ["x"]})",
          R"({"credsStore": {}})", R"({"credsStore": "../../bin/sh"})",
          R"({"credHelpers": {"registry.corp": "a b; rm"}})", "\xff\xfe"}) {
        CAPTURE(text);
        Helper helper{R"({"Username": "u", "Secret": "s"})"};
        CHECK_FALSE(docker_credentials(text, helper.run())("registry.corp:443"));
        CHECK(helper.calls.empty());
    }
}

TEST_CASE("helpers: of one host, and of all") {
    constexpr std::string_view text = R"({
      "auths": {"https://stored.corp/v2/": {}, "file.corp": {"auth": "dXNlcjpwdw=="}},
      "credHelpers": {"gcr.example": "gcloud"},
      "credsStore": "secretservice"})";
    Helper helper{R"({"ServerURL": "x", "Username": "u", "Secret": "s"})"};
    const auto credentials = docker_credentials(text, helper.run());
    CHECK(shape(credentials("gcr.example:443")) == "u / s");
    CHECK(shape(credentials("stored.corp:443")) == "u / s");
    CHECK(shape(credentials("other.corp:5000")) == "u / s");
    CHECK(shape(credentials("new.corp:443")) == "u / s");
    CHECK(shape(credentials("docker.io:443")) == "u / s");
    CHECK(helper.calls == std::vector<Call>{{"docker-credential-gcloud", "gcr.example"},
                                            {"docker-credential-secretservice", "https://stored.corp/v2/"},
                                            {"docker-credential-secretservice", "other.corp:5000"},
                                            {"docker-credential-secretservice", "new.corp"},
                                            {"docker-credential-secretservice", "https://index.docker.io/v1/"}});
    helper.answer = R"({"Username": "<token>", "Secret": "s"})";
    CHECK(shape(credentials("new.corp:443")) == "identity s");
}

TEST_CASE("a helper that fails or says nothing leaves what the file has") {
    constexpr std::string_view text = R"({"auths": {"file.corp": {"auth": "dXNlcjpwdw=="}}, "credsStore": "pass"})";
    for (const std::string answer : {"", "not json", "[]", "{}", R"({"Username": "u"})", R"({"Secret": "s"})",
                                     R"({"Username": 1, "Secret": 2})"}) {
        CAPTURE(answer);
        Helper helper{answer};
        const auto credentials = docker_credentials(text, helper.run());
        CHECK(shape(credentials("file.corp:443")) == "user / pw");
        CHECK(shape(credentials("other.corp:443")) == "none");
        CHECK(helper.calls.size() == 2);
    }
}

TEST_CASE("a stop while a helper asks its user is no missing login") {
    const auto credentials =
        docker_credentials(R"({"credsStore": "pass"})",
                           [](const std::string&, const std::string&) -> std::string { throw Interrupted{}; });
    CHECK_THROWS_AS(credentials("a:443"), Interrupted);
}

TEST_CASE("fixed credentials are for their host alone, and the first that knows is asked") {
    const auto mine = fixed_credentials("registry.corp", {.user = "me", .password = "pw"});
    const auto more = fixed_credentials("registry.corp:5000", {.token = "t"});
    CHECK(shape(mine("registry.corp:443")) == "me / pw");
    CHECK(shape(mine("registry.corp:5000")) == "none");
    CHECK(shape(mine("auth.registry.corp:443")) == "none");
    const auto both = first_of({{}, mine, more, fixed_credentials("registry.corp", {.user = "later"})});
    CHECK(shape(both("registry.corp:443")) == "me / pw");
    CHECK(shape(both("registry.corp:5000")) == "token t");
    CHECK(shape(both("x:443")) == "none");
    CHECK(shape(first_of({})("x:443")) == "none");
}
