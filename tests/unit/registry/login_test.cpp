#include "support/catch.hpp"
#include "unit/registry/site.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/error.hpp"
#include "codemate/registry/credentials.hpp"

#include <atomic>
#include <thread>

using namespace codemate;
using namespace codemate::registry;
using namespace codemate::test;
using Lines = std::vector<std::string>;

namespace {

const ModelName model = ModelName::parse("registry.corp.example/team/model:1");
const Digest manifest_digest = Digest::of(manifest);
const std::string basic_me = "Basic " + to_base64("me:hunter2");

http::Response served() {
    return reply(200, {}, {{"Docker-Content-Digest", manifest_digest.text()}});
}

Options as_me(std::string host = "registry.corp.example") {
    return {.credentials = fixed_credentials(std::move(host), {.user = "me", .password = "hunter2"})};
}

// Lets in who has the token, sends all others to the realm.
Site::Handler token_registry(std::string realm, std::string token = R"({"token":"letmein"})",
                             std::string more = R"(,service="the registry",scope="repository:team/model:pull")") {
    return [=](const http::Request& request) {
        if (request.url.path.starts_with("/token")) return reply(200, token);
        if (header(request, "Authorization") == "Bearer letmein") return served();
        return challenge("Bearer realm=\"" + realm + '"' + more);
    };
}

template<class Act>
Error error_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

void check_no_secret(const Error& error) {
    std::string all = error.message() + error.hint();
    for (const auto& note : error.notes())
        all += note;
    CAPTURE(all);
    CHECK(all.find("hunter2") == std::string::npos);
    CHECK(all.find(to_base64("me:hunter2")) == std::string::npos);
    CHECK(all.find("letmein") == std::string::npos);
}

} // namespace

TEST_CASE("an anonymous token, once for a repository") {
    Site site(token_registry("https://auth.corp.example/token?x=1"));
    const auto registry = connect(site, {});
    CHECK(registry->digest(model, {}) == manifest_digest);
    CHECK(registry->digest(model.with_tag("2"), {}) == manifest_digest);
    CHECK(
        site.lines() ==
        Lines{
            "HEAD https://registry.corp.example:443/v2/team/model/manifests/1",
            "GET https://auth.corp.example:443/token?x=1&service=the%20registry&scope=repository%3Ateam%2Fmodel%3Apull",
            "HEAD https://registry.corp.example:443/v2/team/model/manifests/1",
            "HEAD https://registry.corp.example:443/v2/team/model/manifests/2"});
    CHECK(header(site.requests()[1], "Authorization").empty());
}

TEST_CASE("forms of a token service's answer") {
    const auto digest = [](std::string answer) {
        Site site(token_registry("https://registry.corp.example/token", std::move(answer)));
        return connect(site, {})->digest(model, {});
    };
    CHECK(digest(R"({"token":"letmein","access_token":"x","expires_in":60})") == manifest_digest);
    CHECK(digest(R"({"access_token":"letmein"})") == manifest_digest);
    CHECK(digest(R"({"token":"","access_token":"letmein"})") == manifest_digest);
    for (const std::string bad :
         {R"({"token":17})", "{}", "[]", "letmein", "", R"({"token":"let\nmein"})", R"({"token":"a b"})"}) {
        CAPTURE(bad);
        const Error error = error_of([&] { digest(bad); });
        CHECK(error.kind() == Kind::protocol);
        check_no_secret(error);
    }
}

TEST_CASE("a token is only ever asked for reading") {
    struct Row {
        std::string scope, asked;
    };
    const std::string own = "scope=repository%3Ateam%2Fmodel%3Apull";
    const std::vector<Row> rows = {
        {"", own},
        {"repository:team/model:pull,push", own},
        {"repository:team/model:*", own},
        {"registry:catalog:*", own},
        {"repository:docker-local/team/model:pull", "scope=repository%3Adocker-local%2Fteam%2Fmodel%3Apull"},
        {"repository:a:pull repository:b:pull", "scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull"},
        {" ", own},
    };
    for (const auto& row : rows) {
        CAPTURE(row.scope);
        Site site(token_registry("https://registry.corp.example/token", R"({"token":"letmein"})",
                                 row.scope.empty() ? "" : ",scope=\"" + row.scope + '"'));
        connect(site, {})->digest(model, {});
        CHECK(site.lines()[1] == "GET https://registry.corp.example:443/token?" + row.asked);
    }
}

TEST_CASE("to which token service credentials go") {
    struct Row {
        std::string registry, realm;
        bool sent;
    };
    const std::vector<Row> rows = {
        {"registry.corp.example", "https://registry.corp.example/token", true},
        {"registry.corp.example", "https://registry.corp.example:8443/token", true},
        {"registry.corp.example", "https://auth.corp.example/token", true},
        {"registry.corp.example", "https://corp.example/token", true},
        {"registry.corp.example", "https://evil.net/token", false},
        {"registry.corp.example", "https://registry.corp.example.evil.net/token", false},
        {"10.0.0.1:5000", "https://10.0.0.1:5001/token", true},
        {"10.0.0.1:5000", "https://10.0.0.2:5000/token", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.registry, row.realm);
        Site site(token_registry(row.realm));
        CHECK(connect(site, as_me(row.registry))->digest(ModelName(row.registry, "team", "model", "1"), {}) ==
              manifest_digest);
        CHECK(header(site.requests()[0], "Authorization").empty());
        CHECK(header(site.requests()[1], "Authorization") == (row.sent ? basic_me : ""));
        CHECK(header(site.requests()[2], "Authorization") == "Bearer letmein");
    }
}

TEST_CASE("a foreign token service gets what is stored for it") {
    Site site(token_registry("https://auth.elsewhere.net/token"));
    CHECK(connect(site, as_me("auth.elsewhere.net"))->digest(model, {}) == manifest_digest);
    CHECK(header(site.requests()[1], "Authorization") == basic_me);
}

TEST_CASE("a foreign token service that wants credentials: what to do") {
    Site site([](const http::Request& request) {
        return request.url.host == "auth.elsewhere.net"
                   ? reply(401)
                   : challenge(R"(Bearer realm="https://auth.elsewhere.net/token")");
    });
    const Error error = error_of([&] { connect(site, as_me())->digest(model, {}); });
    CHECK(error.kind() == Kind::unauthorised);
    REQUIRE(error.notes().size() == 1);
    CHECK(error.notes().front().find("`docker login auth.elsewhere.net`") != std::string::npos);
    for (const auto& request : site.requests())
        CHECK(header(request, "Authorization").empty());
    check_no_secret(error);
}

TEST_CASE("a token service without encryption") {
    struct Row {
        std::string registry;
        std::vector<std::string> plain;
        std::string realm;
        bool asked;
    };
    const std::vector<Row> rows = {
        {"registry.corp.example", {}, "http://registry.corp.example/token", false},
        {"registry.corp.example", {}, "http://127.0.0.1/token", false},
        {"registry.corp.example", {"auth.corp.example"}, "http://auth.corp.example/token", false}, // from https
        {"127.0.0.1:5000", {"127.0.0.1:5000"}, "http://127.0.0.1:5000/token", true},
        {"127.0.0.1:5000", {"127.0.0.1:5000"}, "http://127.0.0.1:5001/token", true},
        {"127.0.0.1:5000", {"127.0.0.1:5000"}, "http://10.0.0.9:5001/token", false},
        {"lan:5000", {"lan:5000", "auth:5001"}, "http://auth:5001/token", true},
        {"lan:5000", {"lan:5000"}, "http://127.0.0.1:1/token", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.registry, row.realm);
        Options options = as_me(row.registry);
        options.plain_http_hosts = row.plain;
        Site site(token_registry(row.realm));
        const Error error =
            error_of([&] { connect(site, options)->digest(ModelName(row.registry, "team", "model", "1"), {}); });
        CHECK(error.kind() == (row.asked ? Kind::defect : Kind::protocol)); // defect: nothing was thrown
        CHECK(site.requests().size() == (row.asked ? 3 : 1));
        check_no_secret(error);
    }
}

TEST_CASE("realms that are no address") {
    for (const std::string realm :
         {"", "/token", "ftp://x/", "https://me:hunter2@registry.corp.example/", "https://h\t/"}) {
        CAPTURE(realm);
        Site site(token_registry(realm));
        const Error error = error_of([&] { connect(site, as_me())->digest(model, {}); });
        CHECK(error.kind() == Kind::protocol);
        CHECK(site.requests().size() == 1);
        check_no_secret(error);
    }
}

TEST_CASE("basic authentication, asked for once") {
    Site site([](const http::Request& request) {
        return header(request, "Authorization") == basic_me ? served() : challenge("Basic realm=x");
    });
    const auto registry = connect(site, as_me());
    CHECK(registry->digest(model, {}) == manifest_digest);
    CHECK(registry->find_blob(model, Digest::of("x"), {}));
    CHECK(registry->digest(ModelName::parse("registry.corp.example/other/model"), {}) == manifest_digest);
    CHECK(site.requests().size() == 4);
    CHECK(header(site.requests()[0], "Authorization").empty());
    const Error elsewhere = error_of([&] { registry->digest(ModelName::parse("other.example/team/model"), {}); });
    CHECK(elsewhere.kind() == Kind::unauthorised);
    CHECK(header(site.requests()[4], "Authorization").empty());
    CHECK(site.requests().size() == 5);
}

TEST_CASE("an identity token is exchanged") {
    Site site(token_registry("https://auth.corp.example/token"));
    Options options{.credentials = fixed_credentials("registry.corp.example", {.identity_token = "re/fresh"})};
    CHECK(connect(site, options)->digest(model, {}) == manifest_digest);
    const auto request = site.requests()[1];
    CHECK(request.method == "POST");
    CHECK(request.url.text() == "https://auth.corp.example:443/token");
    CHECK(header(request, "Content-Type") == "application/x-www-form-urlencoded");
    CHECK(request.body ==
          "grant_type=refresh_token&service=the%20registry&client_id=codemate&scope=repository%3Ateam%2F"
          "model%3Apull&refresh_token=re%2Ffresh");
}

TEST_CASE("a bearer token of the user's is sent as it is, to the registry alone") {
    const std::string how = GENERATE("Bearer realm=\"https://evil.net/token\"", "Basic realm=x", "Bearer", "");
    Site site([&](const http::Request& request) {
        return header(request, "Authorization") == "Bearer letmein" ? served() : challenge(how);
    });
    Options options{.credentials = fixed_credentials("registry.corp.example", {.token = "letmein"})};
    CHECK(connect(site, options)->digest(model, {}) == manifest_digest);
    CHECK(site.requests().size() == 2);
    options.credentials = fixed_credentials("registry.corp.example", {.token = "let\r\nmein"});
    const Error error = error_of([&] { connect(site, options)->digest(model, {}); });
    CHECK(error.kind() == Kind::usage);
    check_no_secret(error);
}

TEST_CASE("credentials that are missing, wrong, or of the wrong sort") {
    struct Row {
        std::string challenge;
        Credentials credentials; // none of it: none
        std::size_t requests;
        std::string message;
    };
    const std::string name = "'registry.corp.example/team/model:1'";
    const Credentials me{.user = "me", .password = "hunter2"};
    const std::vector<Row> rows = {
        {"Basic realm=x", {}, 1, "registry.corp.example wants credentials for " + name},
        {"Basic realm=x", me, 2, "registry.corp.example refuses the credentials for " + name},
        {"", {}, 1, "registry.corp.example wants credentials for " + name},
        {"", me, 1, "registry.corp.example offers no way to log in that codemate knows"},
        {"Negotiate", me, 1, "registry.corp.example offers no way to log in that codemate knows"},
        {"Bearer service=x", me, 1, "registry.corp.example offers no way to log in that codemate knows"},
        {"Basic realm=x",
         {.identity_token = "letmein"},
         1,
         "registry.corp.example offers no way to log in that codemate knows"},
        {"Basic realm=x", {.token = "letmein"}, 2, "registry.corp.example refuses the credentials for " + name},
        {"Bearer realm=\"https://registry.corp.example/token\"",
         {},
         3,
         "registry.corp.example wants credentials for " + name},
        {"Bearer realm=\"https://registry.corp.example/token\"", me, 3,
         "registry.corp.example refuses the credentials for " + name},
    };
    for (const auto& row : rows) {
        CAPTURE(row.challenge, row.message);
        Site site([&](const http::Request& request) {
            return request.url.path.starts_with("/token") ? reply(200, R"({"token":"letmein"})")
                                                          : challenge(row.challenge);
        });
        const bool none =
            row.credentials.user.empty() && row.credentials.token.empty() && row.credentials.identity_token.empty();
        const Options options{.credentials = none ? CredentialsFor()
                                                  : fixed_credentials("registry.corp.example", row.credentials)};
        const auto registry = connect(site, options);
        const Error error = error_of([&] { registry->digest(model, {}); });
        CHECK(error.kind() == Kind::unauthorised);
        CHECK(error.message() == row.message);
        CHECK(site.requests().size() == row.requests);
        check_no_secret(error);
    }
}

TEST_CASE("failures of the token service") {
    struct Row {
        int status;
        bool credentials;
        Kind kind;
    };
    const std::vector<Row> rows = {
        {401, true, Kind::unauthorised},  {403, true, Kind::unauthorised}, {400, true, Kind::unauthorised},
        {401, false, Kind::unauthorised}, {429, true, Kind::busy},         {503, false, Kind::busy},
        {500, true, Kind::unreachable},   {302, true, Kind::protocol},     {404, false, Kind::not_found},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        Site site([&](const http::Request& request) {
            if (!request.url.path.starts_with("/token"))
                return challenge(R"(Bearer realm="https://auth.corp.example/token")");
            return reply(row.status, R"({"errors":[{"message":"you sent hunter2 letmein"}]})",
                         {{"Location", "https://auth.corp.example/elsewhere"}});
        });
        const Error error = error_of([&] { connect(site, row.credentials ? as_me() : Options{})->digest(model, {}); });
        CHECK(error.kind() == row.kind);
        CHECK(error.message().starts_with("no token for 'registry.corp.example/team/model:1': "));
        CHECK(error.message().find("auth.corp.example") != std::string::npos);
        CHECK(site.requests().size() == 2);
        check_no_secret(error);
    }
}

TEST_CASE("a token that has run out is renewed once") {
    int tokens = 0;
    Site site([&](const http::Request& request) {
        if (request.url.path.starts_with("/token"))
            return reply(200, R"({"token":"letmein)" + std::to_string(++tokens) + "\"}");
        if (header(request, "Authorization") == "Bearer letmein" + std::to_string(tokens) && tokens > 0)
            return served();
        return challenge(R"(Bearer realm="https://registry.corp.example/token")");
    });
    const auto registry = connect(site, {});
    registry->digest(model, {});
    ++tokens; // the first one is worth nothing now
    CHECK(registry->digest(model, {}) == manifest_digest);
    CHECK(tokens == 3);
}

TEST_CASE("authorization goes to the registry's own origin and nowhere else") {
    struct Row {
        std::string location;
        bool sent;
    };
    const std::string blob = "content";
    const std::vector<Row> rows = {
        {"/elsewhere", true},
        {"https://registry.corp.example/elsewhere", true},
        {"https://cdn.corp.example/x", false},
        {"https://registry.corp.example:8443/x", false},
        {"https://evil.net/x", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.location);
        const int status = GENERATE(200, 301, 302, 307, 308);
        Site site([&](const http::Request& request) {
            const bool first = request.url.path.starts_with("/v2/");
            if (!first) return reply(200, blob);
            if (header(request, "Authorization") != basic_me) return challenge("Basic realm=x");
            return reply(status, {"see there"}, {{"Location", row.location}});
        });
        CHECK(connect(site, as_me())->blob(model, Digest::of(blob), ByteCount(100), {}) == blob);
        REQUIRE(site.requests().size() == 3);
        CHECK(header(site.requests()[2], "Authorization") == (row.sent ? basic_me : ""));
    }
}

TEST_CASE("a 401 of another host gets nothing") {
    Site site([](const http::Request& request) {
        if (request.url.host == "evil.net") return challenge(R"(Basic realm="registry.corp.example")");
        if (header(request, "Authorization") != basic_me) return challenge("Basic realm=x");
        return reply(307, {}, {{"Location", "https://evil.net/"}});
    });
    const Error error = error_of([&] { connect(site, as_me())->blob(model, Digest::of("x"), ByteCount(100), {}); });
    CHECK(error.kind() == Kind::unauthorised);
    CHECK(error.message().starts_with("evil.net, to which registry.corp.example redirects"));
    CHECK(site.requests().size() == 3);
    CHECK(header(site.requests().back(), "Authorization").empty());
    check_no_secret(error);
}

TEST_CASE("a 401 behind a redirect starts no login, also where none was wanted before") {
    const std::string how = GENERATE("Basic realm=x", "Bearer realm=\"https://auth.corp.example/token\"");
    Site site([&](const http::Request& request) {
        return request.url.host == "evil.net" ? challenge(how) : reply(302, {}, {{"Location", "https://evil.net/"}});
    });
    const Error error = error_of([&] { connect(site, as_me())->image(model, {}); });
    CHECK(error.kind() == Kind::unauthorised);
    CHECK(site.lines() ==
          Lines{"GET https://registry.corp.example:443/v2/team/model/manifests/1", "GET https://evil.net:443"});
}

TEST_CASE("what a registry repeats of a secret is not shown") {
    Site site([](const http::Request& request) {
        const std::string sent = header(request, "Authorization");
        if (sent.empty()) return challenge("Basic realm=x");
        return reply(403, R"({"errors":[{"message":"no entry for me:hunter2, )" + sent + "\"}]}");
    });
    const Error error = error_of([&] { connect(site, as_me())->image(model, {}); });
    CHECK(error.kind() == Kind::forbidden);
    check_no_secret(error);
}

TEST_CASE("several threads ask for credentials once") {
    std::atomic<int> asked = 0;
    Site site([](const http::Request& request) {
        return header(request, "Authorization") == basic_me ? served() : challenge("Basic realm=x");
    });
    const auto registry = connect(site, {.credentials = [&](const std::string& host) -> std::optional<Credentials> {
                                      ++asked;
                                      CHECK(host == "registry.corp.example:443");
                                      return Credentials{.user = "me", .password = "hunter2"};
                                  }});
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] { good += registry->digest(model, {}) == manifest_digest ? 1 : 0; });
    }
    CHECK(good == 8);
    CHECK(asked == 1);
}
