#include "registry/upload.hpp"
#include "support/catch.hpp"
#include "unit/registry/site.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/error.hpp"
#include "codemate/registry/credentials.hpp"
#include "codemate/registry/push.hpp"

#include <algorithm>

// What is told where by a push, and what its requests say. What registries make of them: tests/contract/push_test.cpp.

using namespace codemate;
using namespace codemate::registry;
using namespace codemate::test;

namespace {

const ModelName model = ModelName::parse("team/model:1");
const std::string bytes(200'000, 'x');
const std::string basic_me = "Basic " + to_base64("me:hunter2");

Content content() {
    return {Digest::of(bytes), ByteCount(bytes.size()),
            [](ByteRange range, const Stop&) { return bytes.substr(range.first, range.count); }, true};
}

PushOptions options(const std::string& url) {
    PushOptions options{.registry = http::Url::parse(url)};
    options.credentials = fixed_credentials(options.registry.authority(), {.user = "me", .password = "hunter2"});
    options.part = ByteCount(std::uint64_t{64} << 10);
    return options;
}

// A registry whose uploads go on at this address.
Site::Handler registry_with_uploads_at(std::string location, std::vector<http::Header> more = {}) {
    auto there = std::make_shared<std::uint64_t>(0);
    return [=](const http::Request& request) {
        const bool asked = request.url.authority() == "registry.corp:443" && header(request, "Authorization").empty();
        if (asked) return reply(401, {}, {{"Www-Authenticate", "Basic realm=\"x\""}});
        if (request.method == "HEAD") return reply(404);
        std::vector<http::Header> headers = more;
        headers.push_back({"Location", location});
        if (request.method == "POST") return reply(202, {}, headers);
        if (request.method == "PUT") return reply(201);
        *there += request.upload ? request.upload->size : 0;
        headers.push_back({"Range", "0-" + std::to_string(*there - 1)});
        return reply(202, {}, headers);
    };
}

Error error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

std::vector<std::string> ranges_sent(const Site& site) {
    std::vector<std::string> ranges;
    for (const auto& request : site.requests())
        if (request.method == "PATCH") ranges.push_back(header(request, "Content-Range"));
    return ranges;
}

} // namespace

TEST_CASE("how much of an upload is there") {
    struct Row {
        const char* text;
        std::optional<std::uint64_t> there;
    };
    for (const Row& row : {Row{"0-65535", 65536},
                           {"bytes=0-99", 100},
                           {"0-0", 0},
                           {" 0-1 ", 2},
                           {"1-5", {}},
                           {"", {}},
                           {"0-", {}},
                           {"-5", {}},
                           {"0-18446744073709551615", {}},
                           {"0-5x", {}}}) {
        INFO(row.text);
        const auto there = parse_uploaded(row.text);
        CHECK(there.has_value() == row.there.has_value());
        if (there && row.there) CHECK(there->count() == *row.there);
    }
}

TEST_CASE("a registry whose disk is full") {
    CHECK(is_out_of_space(reply(507)));
    CHECK(is_out_of_space(reply(500, R"({"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"DriverName":)"
                                     R"("filesystem","Enclosed":{"Op":"write","Path":"/x","Err":28}}}]})")));
    CHECK_FALSE(is_out_of_space(reply(500, "whatever")));
    CHECK_FALSE(is_out_of_space(reply(404, "no space left on device")));
}

TEST_CASE("credentials go to the registry's own origin, wherever its uploads are") {
    struct Row {
        const char* location;
        bool told;
    };
    const auto row = GENERATE(values<Row>({{"https://registry.corp/v2/up/1?_state=a", true},
                                           {"/v2/up/1?_state=a", true},
                                           {"https://storage.corp/up/1?signature=a", false},
                                           {"https://registry.corp:8443/up/1?x", false}}));
    INFO(row.location);
    Site site(registry_with_uploads_at(row.location));
    publish_to(site, options("https://registry.corp"))->upload(model, content(), {}, {});
    std::size_t parts = 0;
    for (const auto& request : site.requests()) {
        if (request.method != "PATCH" && request.method != "PUT") continue;
        ++parts;
        CHECK((header(request, "Authorization") == basic_me) == row.told);
        CHECK(request.url.path.find("?") != std::string::npos);
    }
    CHECK(parts == 5);
    CHECK(site.requests().back().url.path.ends_with("&digest=sha256%3A" + Digest::of(bytes).hex()));
}

TEST_CASE("an upload is never sent from https to http") {
    Site site(registry_with_uploads_at("http://registry.corp/up/1"));
    const Error error =
        error_of([&] { publish_to(site, options("https://registry.corp"))->upload(model, content(), {}, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(std::ranges::none_of(site.requests(), [](const auto& request) { return request.url.scheme == "http"; }));
}

TEST_CASE("a token is asked for to push, to that repository, and to read the one that is mounted from") {
    const ModelName other = ModelName::parse("team/other:1");
    std::string asked;
    Site site([&](const http::Request& request) {
        if (request.url.path.starts_with("/token")) {
            asked = request.url.path;
            return reply(200, R"({"token":"letmein"})");
        }
        if (header(request, "Authorization") != "Bearer letmein")
            return reply(
                401, {},
                {{"Www-Authenticate",
                  R"(Bearer realm="https://registry.corp/token",service="r",scope="repository:evil:delete")"}});
        return reply(201);
    });
    const auto publisher = publish_to(site, options("https://registry.corp/models"));
    CHECK(publisher->place(model) == "registry.corp/models/team/model:1");
    CHECK(publisher->upload(model, content(), {.mount_from = other}, {}).mounted);
    CHECK(asked.find("scope=repository%3Amodels%2Fteam%2Fmodel%3Apull%2Cpush") != std::string::npos);
    CHECK(asked.find("scope=repository%3Amodels%2Fteam%2Fother%3Apull") != std::string::npos);
    CHECK(asked.find("evil") == std::string::npos);
}

TEST_CASE("parts are as large as the registry wants them, but for the last") {
    struct Row {
        const char* least;
        std::vector<std::string> ranges;
    };
    const auto row = GENERATE(values<Row>({{"100000", {"0-99999", "100000-199999"}},
                                           {"1000", {"0-65535", "65536-131071", "131072-196607", "196608-199999"}},
                                           {"nonsense", {"0-65535", "65536-131071", "131072-196607", "196608-199999"}},
                                           {"300000", {}},
                                           {"9999999999", {}}}));
    INFO(row.least);
    Site site(registry_with_uploads_at("/v2/up/1", {{"OCI-Chunk-Min-Length", row.least}}));
    publish_to(site, options("https://registry.corp"))->upload(model, content(), {}, {});
    CHECK(ranges_sent(site) == row.ranges);
}

TEST_CASE("a registry that stumbles when it is asked what it has is asked again") {
    std::vector<Duration> waits;
    int left = 2;
    Site site([&](const http::Request&) { return left-- > 0 ? reply(500) : reply(404); });
    PushOptions patient = options("https://registry.corp");
    patient.wait = [&](Duration span, const Stop&) { waits.push_back(span); };
    std::vector<std::string> notes;
    patient.note = [&](const std::string& text) { notes.push_back(text); };
    const auto publisher = publish_to(site, patient);
    CHECK_FALSE(publisher->has_blob(model, Digest::of(bytes), ByteCount(bytes.size()), {}));
    CHECK(waits.size() == 2);
    REQUIRE(notes.size() == 2);
    CHECK(notes[0] == "registry.corp failed (500); trying again in " + to_text(waits[0]));
    left = 100;
    CHECK(error_of([&] { publisher->served(model, {}); }).kind() != Kind::defect);
    CHECK(waits.size() == 7);
}

TEST_CASE("a registry that keeps nothing of what it is sent is given up") {
    std::size_t parts = 0;
    Site site([&](const http::Request& request) {
        if (request.method == "HEAD") return reply(404);
        if (request.method == "PATCH") ++parts;
        return reply(202, {}, {{"Location", "/v2/team/model/blobs/uploads/1"}, {"Range", "0-3"}});
    });
    const auto publisher = publish_to(site, options("https://registry.corp"));
    const Error error = error_of([&] { publisher->upload(model, content(), {}, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().find("keeps less than it is sent") != std::string::npos);
    CHECK(parts == 6);
}

TEST_CASE("a registry that asks to wait is waited for, but not for ever") {
    std::vector<Duration> waits;
    int times = 0;
    std::string span = "7";
    Site site([&](const http::Request& request) {
        if (request.method == "POST" && times++ < 2) return reply(429, {}, {{"Retry-After", span}});
        return request.method == "HEAD" ? reply(404) : reply(201, {}, {{"Location", "/up"}});
    });
    PushOptions options{.registry = http::Url::parse("https://registry.corp")};
    std::vector<std::string> told; // before it waits, not after
    options.note = [&](const std::string& text) { told.push_back(std::to_string(waits.size()) + ' ' + text); };
    options.wait = [&](Duration wait, const Stop&) { waits.push_back(wait); };
    publish_to(site, options)->upload(model, content(), {}, {});
    CHECK(waits == std::vector<Duration>(2, std::chrono::seconds(7)));
    CHECK(told == std::vector<std::string>{"0 registry.corp asks to come back later (429); trying again in 7.0s",
                                           "1 registry.corp asks to come back later (429); trying again in 7.0s"});
    times = 0;
    span = "4000";
    const Error error = error_of([&] { publish_to(site, options)->upload(model, content(), {}, {}); });
    CHECK(error.kind() == Kind::busy);
    CHECK(waits.size() == 2);
    CHECK(told.size() == 2);
}

TEST_CASE("a registry that gets other bytes than were sent is asked once more, and then that is said") {
    std::size_t begun = 0;
    Site site([&](const http::Request& request) {
        if (request.method == "HEAD") return reply(404);
        begun += request.method == "POST";
        if (request.method == "PUT") return reply(400, R"({"errors":[{"code":"DIGEST_INVALID"}]})");
        return reply(202, {}, {{"Location", "/v2/team/model/blobs/uploads/1"}});
    });
    const auto publisher = publish_to(site, options("https://registry.corp"));
    const Error error = error_of([&] { publisher->upload(model, content(), {}, {}); });
    CHECK(error.kind() == Kind::damaged);
    CHECK(error.message().find("got other bytes than were sent") != std::string::npos);
    CHECK(begun == 2);
}

TEST_CASE("a manifest goes with its own media type, and a registry that keeps another one is told") {
    const std::string layers = R"("config":{"digest":"sha256:)" + std::string(64, 'a') + R"(","size":1},"layers":[]})";
    const std::string oci = "application/vnd.oci.image.manifest.v1+json";
    const Image image = Image::parse(R"({"mediaType":")" + oci + "\"," + layers);
    std::string stated = image.digest.text();
    Site site([&](const http::Request&) { return reply(201, {}, {{"Docker-Content-Digest", stated}}); });
    const auto publisher = publish_to(site, options("https://registry.corp"));
    publisher->put_manifest(model, image, {});
    CHECK(header(site.requests().back(), "Content-Type") == oci);
    const Image bare = Image::parse("{" + layers);
    stated = bare.digest.text();
    publisher->put_manifest(model, bare, {});
    CHECK(header(site.requests().back(), "Content-Type") == "application/vnd.docker.distribution.manifest.v2+json");
    stated = Digest::of("rewritten").text();
    CHECK(error_of([&] { publisher->put_manifest(model, image, {}); }).kind() == Kind::damaged);
}

TEST_CASE("what answers 200 to everything, and has nothing, is no registry") {
    const std::string page = "<html>hello</html>";
    Site site([&](const http::Request&) {
        return reply(200, page, {{"Content-Type", "text/html"}, {"Content-Length", std::to_string(page.size())}});
    });
    const auto publisher = publish_to(site, options("https://registry.corp"));
    CHECK_FALSE(publisher->has_blob(model, content().digest, content().size, {}));
    CHECK_FALSE(publisher->served(model, {}));
    const Error upload = error_of([&] { publisher->upload(model, content(), {}, {}); });
    CHECK(upload.kind() == Kind::protocol);
    CHECK(upload.hint().starts_with("is there a registry at all?"));
    const Error put = error_of([&] { publisher->put_manifest(model, Image::parse(test::manifest), {}); });
    CHECK(put.kind() == Kind::protocol);
    CHECK(put.hint().starts_with("is there a registry at all?"));
    CHECK(put.message().find("does not have it") != std::string::npos);
}

TEST_CASE("a blob is there where its size or its digest is said") {
    struct Row {
        std::vector<http::Header> headers;
        bool there;
    };
    const std::string size = std::to_string(bytes.size()), digest = Digest::of(bytes).text();
    for (const Row& row : {Row{{{"Content-Length", size}}, true},
                           {{{"Docker-Content-Digest", digest}}, true},
                           {{{"Docker-Content-Digest", digest}, {"Content-Length", "0"}}, true},
                           {{{"Docker-Content-Digest", Digest::of("x").text()}, {"Content-Length", size}}, false},
                           {{{"Content-Length", "17"}}, false},
                           {{}, false}}) {
        Site site([&](const http::Request&) { return reply(200, {}, row.headers); });
        const auto publisher = publish_to(site, options("https://registry.corp"));
        CHECK(publisher->has_blob(model, content().digest, content().size, {}) == row.there);
    }
}

TEST_CASE("a success that confirms nothing is asked back") {
    const Image image = Image::parse(test::manifest);
    bool keeps = GENERATE(true, false);
    Site site([&](const http::Request& request) {
        if (request.method == "POST") return reply(202, {}, {{"Location", "/up"}});
        if (request.method == "PUT") return reply(200);
        if (!keeps) return reply(404);
        if (request.method == "HEAD") return reply(200, {}, {{"Content-Length", "5"}});
        return reply(200, image.bytes);
    });
    const auto publisher = publish_to(site, options("https://registry.corp"));
    const std::string text = "hello";
    const Content small{Digest::of(text), ByteCount(text.size()),
                        [&](ByteRange range, const Stop&) { return text.substr(range.first, range.count); }, true};
    const Error upload = error_of([&] { publisher->upload(model, small, {}, {}); });
    const Error put = error_of([&] { publisher->put_manifest(model, image, {}); });
    CHECK(site.requests().back().url.path == "/v2/team/model/manifests/" + image.digest.text());
    CHECK(upload.kind() == (keeps ? Kind::defect : Kind::protocol)); // defect: nothing was thrown
    CHECK(put.kind() == (keeps ? Kind::defect : Kind::protocol));
}

TEST_CASE("nothing is sent on to where another origin redirects") {
    Site site([&](const http::Request& request) {
        if (request.url.host != "registry.corp") return reply(200, "<html>log in</html>");
        return reply(302, {}, {{"Location", "https://login.corp/?back=x"}});
    });
    const auto publisher = publish_to(site, options("https://registry.corp"));
    const Error upload = error_of([&] { publisher->upload(model, content(), {}, {}); });
    const Error put = error_of([&] { publisher->put_manifest(model, Image::parse(test::manifest), {}); });
    for (const Error& error : {upload, put}) {
        CHECK(error.kind() == Kind::protocol);
        CHECK(error.message().find("registry.corp redirects to login.corp") != std::string::npos);
        CHECK(error.hint().find("is there a registry at all?") != std::string::npos);
        CHECK(error.hint().find("https://login.corp") != std::string::npos);
    }
    for (const auto& request : site.requests())
        CHECK(request.url.host == "registry.corp");
}

TEST_CASE("an upload that nobody takes is told as that") {
    std::string words;
    Site site([&](const http::Request&) { return reply(404, words); });
    const auto upload_to = [&](const ModelName& name) {
        return error_of([&] { publish_to(site, options("https://registry.corp"))->upload(name, content(), {}, {}); });
    };
    const Error none = upload_to(model);
    CHECK(none.kind() == Kind::protocol);
    CHECK(none.message() == "registry.corp is no registry that takes pushes (404)");
    CHECK(upload_to(ModelName::parse("Team/model:1")).hint().find("lower case") != std::string::npos);
    words = R"({"errors":[{"code":"NAME_UNKNOWN","message":"project team not found"}]})";
    const Error project = upload_to(model);
    CHECK(project.kind() == Kind::failed);
    CHECK(project.message().find("project team not found") != std::string::npos);
}

TEST_CASE("what the source cannot give is told as the source's, and costs the registry no request") {
    const auto kind = GENERATE(Kind::unreachable, Kind::storage, Kind::protocol);
    const std::uint64_t good = GENERATE(0U, 100'000U);
    std::vector<Duration> waits;
    std::vector<std::string> notes;
    Site site(registry_with_uploads_at("/v2/up/1"));
    PushOptions patient = options("https://registry.corp");
    patient.wait = [&](Duration span, const Stop&) { waits.push_back(span); };
    patient.note = [&](const std::string& text) { notes.push_back(text); };
    Content failing = content();
    failing.at_hand = false;
    failing.read = [&](ByteRange range, const Stop&) {
        if (range.first + range.count > good) throw Error(kind, "source.corp is down");
        return bytes.substr(range.first, range.count);
    };
    std::string unfinished;
    Sending sending;
    sending.address = [&](const std::string& address) { unfinished = address; };
    const auto publisher = publish_to(site, patient);
    const Error error = error_of([&] { publisher->upload(model, failing, sending, {}); });
    CHECK(error.kind() == kind);
    CHECK(error.message() == "what is to be sent cannot be read: source.corp is down");
    // What may pass is waited for at the source, and what is at the registry is gone on with by the next run.
    CHECK(waits.size() == (kind == Kind::unreachable ? 5U : 0U));
    for (const std::string& note : notes)
        CHECK(note.starts_with("source.corp is down; trying again in "));
    const auto count = [&](std::string_view method) {
        return std::ranges::count(site.requests(), method, &http::Request::method);
    };
    CHECK(count("POST") == 2); // the first one is asked to log in
    CHECK(count("DELETE") == 0);
    CHECK(count("GET") == 0);
    CHECK(count("PATCH") == (good == 0 ? 0 : 1));
    CHECK(unfinished == "https://registry.corp:443/v2/up/1");
}

TEST_CASE("bytes that do not have their digest are told with where they were read") {
    Content spoilt = content();
    spoilt.from = "the models directory '/models'";
    spoilt.read = [](ByteRange range, const Stop&) { return std::string(range.count, 'y'); };
    spoilt.at_hand = GENERATE(true, false);
    Site site(registry_with_uploads_at("/v2/up/1"));
    const auto publisher = publish_to(site, options("https://registry.corp"));
    const Error error = error_of([&] { publisher->upload(model, spoilt, {}, {}); });
    CHECK(error.kind() == Kind::damaged);
    CHECK(error.message() == "the blob " + spoilt.digest.id() +
                                 " of the models directory '/models' is damaged: what "
                                 "was read does not have its digest");
    CHECK(error.hint().find(spoilt.at_hand ? "codemate verify --deep" : "proxy") != std::string::npos);
    CHECK(std::ranges::count(site.requests(), "DELETE", &http::Request::method) == 1);
}

TEST_CASE("a manifest is sent again where that may help") {
    const Image image = Image::parse(test::manifest);
    struct Row {
        int status;
        std::string words;
        int failures;
        std::size_t sent;
        Kind kind; // defect: it gets there
    };
    const std::string full = R"({"errors":[{"detail":{"Err":28}}]})";
    const auto row = GENERATE_COPY(values<Row>({{500, "", 2, 3, Kind::defect},
                                                {503, "", 1, 2, Kind::defect},
                                                {429, "", 1, 2, Kind::defect},
                                                {0, "", 2, 3, Kind::defect}, // the connection is cut
                                                {500, "", 100, 6, Kind::unreachable},
                                                {501, "", 100, 1, Kind::unreachable},
                                                {500, full, 100, 1, Kind::storage},
                                                {400, "", 100, 1, Kind::failed}}));
    INFO(row.status);
    int left = row.failures;
    Site site([&](const http::Request&) {
        if (left-- <= 0) return reply(201);
        if (row.status == 0) throw Error(Kind::unreachable, "cut");
        return reply(row.status, row.words);
    });
    std::size_t waits = 0, notes = 0;
    PushOptions patient = options("https://registry.corp");
    patient.wait = [&](Duration, const Stop&) { ++waits; };
    patient.note = [&](const std::string&) { ++notes; };
    const auto publisher = publish_to(site, patient);
    CHECK(error_of([&] { publisher->put_manifest(model, image, {}); }).kind() == row.kind);
    CHECK(site.requests().size() == row.sent);
    CHECK(waits == row.sent - 1);
    CHECK(notes == waits);
}
