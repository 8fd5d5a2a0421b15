#include "registry/error_text.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace codemate::registry;

namespace {

http::Response answer(int status, std::string body = {}) {
    http::Response made;
    made.status = status;
    made.body = std::move(body);
    return made;
}

Error error_of(const http::Response& answer, const std::vector<std::string>& secrets = {}) {
    return answer_error(answer, "'m:t'", "r.corp", secrets);
}

} // namespace

TEST_CASE("statuses to kinds") {
    struct Row {
        int status;
        Kind kind;
        std::string message;
    };
    const std::vector<Row> rows = {
        {401, Kind::unauthorised, "r.corp refuses the credentials for 'm:t'"},
        {403, Kind::forbidden, "r.corp forbids 'm:t'"},
        {404, Kind::not_found, "r.corp has no 'm:t'"},
        {410, Kind::not_found, "r.corp has no 'm:t'"},
        {412, Kind::unsupported, "r.corp wants a newer client for 'm:t'"},
        {429, Kind::busy, "r.corp asks to come back later (429)"},
        {503, Kind::busy, "r.corp asks to come back later (503)"},
        {500, Kind::unreachable, "r.corp failed (500)"},
        {502, Kind::unreachable, "r.corp failed (502)"},
        {400, Kind::failed, "r.corp refuses 'm:t' (400)"},
        {304, Kind::protocol, "r.corp answers in an unexpected way (304)"},
        {0, Kind::protocol, "r.corp answers in an unexpected way (0)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        const Error error = error_of(answer(row.status));
        CHECK(error.kind() == row.kind);
        CHECK(error.message() == row.message);
        CHECK(error.hint().find("OLLAMA_HOST") == std::string::npos);
    }
}

TEST_CASE("a registry's own words") {
    const auto said = [](std::string body) { return error_of(answer(403, std::move(body))).message(); };
    const std::string bare = "r.corp forbids 'm:t'";
    CHECK(said(R"({"errors":[{"code":"DENIED","message":"access denied"}]})") == bare + ": access denied");
    CHECK(said(R"({"errors":[{"code":"DENIED"}]})") == bare + ": DENIED");
    CHECK(said(R"({"errors":[{"message":"a"},{"message":"b"},{"message":"c"},{"message":"d"}]})") ==
          bare + ": a; b; c");
    CHECK(said("{\"errors\":[{\"message\":\"a\\u001b[2Jb\\nc\"}]}") == bare + ": a\\x1b[2Jb\\nc");
    CHECK(said(R"({"errors":[{"message":"ask https://me:pw@r.corp/token?sig=x"}]})") ==
          bare + ": ask https://…@r.corp/token?…");
    CHECK(said("<html>no</html>") == bare);
    CHECK(said("[]") == bare);
    CHECK(said(R"({"errors":"x"})") == bare);
    CHECK(said(R"({"errors":[{"message":")" + std::string(5000, 'x') + R"("}]})").size() < 400);
}

TEST_CASE("words that repeat a secret are not shown") {
    const auto echo = answer(403, R"({"errors":[{"message":"you sent hunter2"}]})");
    CHECK(error_of(echo, {"hunter2"}).message() == "r.corp forbids 'm:t'");
    CHECK(error_of(echo, {"other", ""}).message() == "r.corp forbids 'm:t': you sent hunter2");
}

TEST_CASE("how long to wait") {
    auto busy = answer(429);
    busy.headers = {{"retry-after", "30"}};
    CHECK(error_of(busy).hint() == "it asks to wait 30 s");
    busy.headers = {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}};
    CHECK(error_of(busy).hint() == default_hint(Kind::busy));
}

TEST_CASE("failures of the way there get a registry's hint") {
    CHECK(with_hint(Error(Kind::unreachable, "x")).hint().find("CODEMATE_REGISTRY") != std::string::npos);
    CHECK(with_hint(Error(Kind::unreachable, "x").hint("mine")).hint() == "mine");
    CHECK(with_hint(Error(Kind::protocol, "x")).hint().find("registry") != std::string::npos);
    CHECK(with_hint(Error(Kind::protocol, "x").hint("mine")).hint() == "mine");
    CHECK(with_hint(Error(Kind::busy, "x")).hint() == default_hint(Kind::busy));
}

TEST_CASE("what works with a registry that speaks http only is said, which is not http:// in a model's name") {
    const Error error = Error(Kind::protocol, "x").hint(std::string(http::no_tls_hint));
    constexpr auto by_models = Named::by_models;
    CHECK(with_hint(error, http::Url::parse("https://lan:5000"), by_models).hint() ==
          "if it speaks http only: declare \"http://lan:5000\" in \"mirrors\" of codemate.json, or name it so in "
          "CODEMATE_REGISTRY; `codemate pull` also takes http://lan:5000/owner/model:tag");
    CHECK(with_hint(error, http::Url::parse("https://registry.ollama.ai"), by_models).hint().find("proxy") !=
          std::string::npos);
    CHECK(with_hint(error).hint().find("http://") == std::string::npos); // where a registry redirects to
    CHECK(with_hint(Error(Kind::unreachable, "x").hint("mine"), http::Url::parse("https://lan"), by_models).hint() ==
          "mine");
    constexpr auto by_the_user = Named::by_the_user;
    CHECK(with_hint(error, http::Url::parse("https://lan:5000"), by_the_user).hint() ==
          "if it speaks http only: name it http://lan:5000");
    CHECK(with_hint(Error(Kind::unreachable, "x"), http::Url::parse("https://lan"), by_the_user).hint() ==
          "check its address, and the way to it (https_proxy, no_proxy)");
    CHECK(with_hint(Error(Kind::unreachable, "x").hint("mine"), http::Url::parse("https://lan"), by_the_user).hint() ==
          "mine");
}
