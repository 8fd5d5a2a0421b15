#include "support/catch.hpp"
#include "unit/registry/site.hpp"

#include "codemate/base/error.hpp"
#include "codemate/registry/credentials.hpp"

#include <thread>

using namespace codemate;
using namespace codemate::registry;
using namespace codemate::test;

namespace {

const ModelName model = ModelName::parse("mistral:7b");
const Digest manifest_digest = Digest::of(manifest);
const std::string blob_text = "some licence";
const Digest blob_digest = Digest::of(blob_text);
const std::string blob_url = "https://registry.ollama.ai:443/v2/library/mistral/blobs/" + blob_digest.text();

template<class Act>
Error error_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

Digest digest_with(std::vector<http::Header> headers, Site::Handler then = {}) {
    Site site([&](const http::Request& request) {
        if (request.method == "HEAD") return reply(200, {}, headers);
        return then ? then(request) : reply(200, manifest);
    });
    return connect(site, {})->digest(model, {});
}

} // namespace

TEST_CASE("a digest costs one HEAD where the registry says it") {
    Site site([](const http::Request&) { return reply(200, {}, {{"ollama-content-digest", manifest_digest.hex()}}); });
    CHECK(connect(site, {})->digest(model, {}) == manifest_digest);
    CHECK(site.lines() ==
          std::vector<std::string>{"HEAD https://registry.ollama.ai:443/v2/library/mistral/manifests/7b"});
    const auto request = site.requests().front();
    CHECK(header(request, "Accept") == "application/vnd.docker.distribution.manifest.v2+json, "
                                       "application/vnd.oci.image.manifest.v1+json");
    CHECK(header(request, "Authorization").empty());
    CHECK(header(request, "Accept-Encoding").empty());
    CHECK(request.timeout.has_value());
}

TEST_CASE("the order in which a digest is looked for") {
    const Digest one = Digest::of("1"), two = Digest::of("2");
    CHECK(digest_with({{"Docker-Content-Digest", two.text()}, {"Ollama-Content-Digest", one.hex()}}) == one);
    CHECK(digest_with({{"docker-content-digest", two.text()}}) == two);
    CHECK(digest_with({{"ollama-content-digest", "none"}, {"Docker-Content-Digest", two.text()}}) == two);
    CHECK(digest_with({{"Docker-Content-Digest", "sha512:abc"}}) == manifest_digest);
    CHECK(digest_with({}) == manifest_digest);
}

TEST_CASE("a registry that knows no HEAD is asked by GET") {
    const int status = GENERATE(405, 501);
    Site site(
        [&](const http::Request& request) { return request.method == "HEAD" ? reply(status) : reply(200, manifest); });
    const auto registry = connect(site, {});
    CHECK(registry->digest(model, {}) == manifest_digest);
    CHECK(site.lines().back() == "GET https://registry.ollama.ai:443/v2/library/mistral/manifests/7b");
}

TEST_CASE("a page of HTML or a list of images has no digest") {
    const auto act = [](std::string type, std::string body) {
        return error_of([&] {
            digest_with({{"Content-Type", type}, {"Docker-Content-Digest", Digest::of(body).text()}},
                        [&](const http::Request&) { return reply(200, body); });
        });
    };
    const Error page = act("text/html; charset=utf-8", "<html>welcome</html>");
    CHECK(page.kind() == Kind::protocol);
    CHECK(page.hint().find("login page") != std::string::npos);
    const Error list = act("application/vnd.oci.image.index.v1+json", R"({"schemaVersion":2,"manifests":[]})");
    CHECK(list.kind() == Kind::protocol);
    CHECK(list.message().find("list of images") != std::string::npos);
}

TEST_CASE("an image is what the bytes say") {
    Site site([](const http::Request&) {
        return reply(200, manifest, {{"Docker-Content-Digest", manifest_digest.text()}});
    });
    const Image image = connect(site, {})->image(model, {});
    CHECK(image.digest == manifest_digest);
    CHECK(image.bytes == manifest);
    CHECK(image.layers.size() == 1);
}

TEST_CASE("bytes that do not have the digest that was named are damaged") {
    const auto* name = GENERATE("ollama-content-digest", "Docker-Content-Digest");
    Site site([&](const http::Request&) { return reply(200, manifest, {{name, Digest::of("x").text()}}); });
    const Error error = error_of([&] { connect(site, {})->image(model, {}); });
    CHECK(error.kind() == Kind::damaged);
    CHECK(error.message().find("mistral:7b") != std::string::npos);
}

TEST_CASE("what is no manifest is said with its place") {
    Site site([](const http::Request&) { return reply(200, R"({"layers":[]})"); });
    const Error error = error_of([&] { connect(site, {})->image(model, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().starts_with("no manifest of 'mistral:7b' at registry.ollama.ai: "));
    CHECK(error.hint().find("OLLAMA_HOST") == std::string::npos);
}

TEST_CASE("a tag that is not there, with the nearest one") {
    const std::string tags = GENERATE("", R"({"name":"library/mistral","tags":["latest","7b-instruct","7b-text"]})");
    const bool by_digest = GENERATE(true, false);
    Site site([&](const http::Request& request) {
        if (request.url.path == "/v2/library/mistral/tags/list") return tags.empty() ? reply(404) : reply(200, tags);
        return reply(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN"}]})");
    });
    const auto registry = connect(site, {});
    const ModelName wanted = model.with_tag("7b-instrukt");
    const Error error = error_of([&] {
        if (by_digest)
            registry->digest(wanted, {});
        else
            registry->image(wanted, {});
    });
    CHECK(error.kind() == Kind::not_found);
    CHECK(error.message() == "registry.ollama.ai has no 'mistral:7b-instrukt'");
    CHECK(error.hint() == (tags.empty() ? "check its name and tag: https://ollama.com/library/mistral/tags"
                                        : "did you mean 'mistral:7b-instruct'?"));
}

TEST_CASE("a list of tags that fails takes nothing from the answer") {
    const auto tags = GENERATE(reply(200, "<html>"), reply(500), reply(200, std::string(2 << 20, 'x')), reply(401));
    Site site([&](const http::Request& request) { return request.url.path.ends_with("/list") ? tags : reply(404); });
    const Error error = error_of([&] { connect(site, {})->image(ModelName::parse("r.corp/a/b"), {}); });
    CHECK(error.kind() == Kind::not_found);
    CHECK(error.hint().empty());
}

TEST_CASE("whether a blob is there") {
    Site site([](const http::Request& request) {
        if (request.url.path.ends_with(blob_digest.text()))
            return reply(200, {}, {{"Location", "https://cdn.example/x"}});
        return reply(404);
    });
    const auto registry = connect(site, {});
    CHECK(registry->find_blob(model, blob_digest, {}));
    CHECK_FALSE(registry->find_blob(model, Digest::of("other"), {}));
    CHECK(site.requests().front().timeout == std::chrono::seconds(30)); // who is silent must not hold up a plan
    CHECK(site.lines().front() == "HEAD " + blob_url);
    CHECK(site.requests().size() == 2);
}

TEST_CASE("a page in the place of a blob is no blob of another size") {
    const bool knows_head = GENERATE(true, false);
    Site site([&](const http::Request& request) {
        if (!knows_head && request.method == "HEAD") return reply(405);
        return reply(200, "<html>log in</html>", {{"Content-Type", "text/html"}, {"Content-Length", "19"}});
    });
    const Error error = error_of([&] { connect(site, {})->find_blob(model, blob_digest, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().find("sends a web page in place of the blob " + blob_digest.id()) != std::string::npos);
    CHECK(error.hint().starts_with("is there a registry at all?"));
}

TEST_CASE("whether a blob is there, where HEAD is unknown or redirected") {
    Site plain([](const http::Request& request) { return request.method == "HEAD" ? reply(405) : reply(200, "x"); });
    CHECK(connect(plain, {})->find_blob(model, blob_digest, {}));
    Site gone([](const http::Request& request) {
        if (request.url.host == "cdn.example") return reply(404);
        return reply(307, {}, {{"Location", "https://cdn.example/x"}});
    });
    CHECK_FALSE(connect(gone, {})->find_blob(model, blob_digest, {}));
    Site failing([](const http::Request&) { return reply(500); });
    CHECK(error_of([&] { connect(failing, {})->find_blob(model, blob_digest, {}); }).kind() == Kind::unreachable);
}

TEST_CASE("where anybody may read a blob: the registry's own address, wherever that leads") {
    Site site([](const http::Request& request) {
        if (request.url.host == "cdn.example") return reply(200);
        return reply(307, {}, {{"Location", "https://cdn.example/x?X-Signature=secret"}});
    });
    const std::string path = "/v2/library/mistral/blobs/" + blob_digest.text();
    const auto open = [&](Options options) {
        return connect(site, std::move(options))->find_blob(model, blob_digest, {}).value().open;
    };
    CHECK(open({}) == "https://registry.ollama.ai" + path);
    CHECK(open({.public_registry = http::Url::parse("http://127.0.0.1:5000/a")}) == "http://127.0.0.1:5000/a" + path);
    CHECK(open({.public_registry = http::Url::parse("http://[::1]")}) == "http://[::1]" + path);
    CHECK(open({.everything_at = http::Url::parse("http://lan:5000/a/b")}) ==
          "http://lan:5000/v2/a/b/library/mistral/blobs/" + blob_digest.text());
}

TEST_CASE("a blob for which a token or a login was needed is not open") {
    const bool anonymous = GENERATE(true, false);
    Site site([&](const http::Request& request) {
        if (request.url.path.starts_with("/token")) return reply(200, R"({"token":"abc"})");
        if (!header(request, "Authorization").empty()) return reply(200);
        return challenge(anonymous ? R"(Bearer realm="https://registry.corp/token")" : "Basic realm=x");
    });
    Options options;
    if (!anonymous) options.credentials = fixed_credentials("registry.corp", {.user = "me", .password = "secret"});
    const auto registry = connect(site, options);
    for (int i = 0; i < 2; ++i) { // the second time it is sent without being asked for
        const auto place = registry->find_blob(ModelName::parse("registry.corp/team/m"), blob_digest, {});
        REQUIRE(place);
        CHECK_FALSE(place->open);
    }
}

TEST_CASE("a manifest by its digest") {
    const auto found = [](const http::Response& answer) {
        Site site([&](const http::Request&) { return answer; });
        const auto image = connect(site, {})->image(model, manifest_digest, {});
        CHECK(site.lines() ==
              std::vector<std::string>{"GET https://registry.ollama.ai:443/v2/library/mistral/manifests/" +
                                       manifest_digest.text()});
        return image;
    };
    const auto image = found(reply(200, manifest));
    REQUIRE(image);
    CHECK(image->bytes == manifest);
    CHECK(image->digest == manifest_digest);
    for (const int status : {404, 410, 400}) // Ollama's own knows tags only
        CHECK_FALSE(found(reply(status)));
    const Error other = error_of([&] { found(reply(200, manifest + '\n')); });
    CHECK(other.kind() == Kind::damaged);
    CHECK(other.message().find(manifest_digest.id()) != std::string::npos);
    CHECK(error_of([&] { found(reply(500)); }).kind() == Kind::unreachable);
}

TEST_CASE("blobs: of the registry itself, behind redirects, and as Ollama's server is told where they are") {
    const int status = GENERATE(0, 200, 301, 302, 307, 308);
    const std::string place = "https://cdn.example/dir/blob?X-Signature=s%2Fs";
    Site site([&](const http::Request& request) {
        if (request.url.host == "cdn.example" || status == 0) return reply(200, blob_text);
        return reply(status, "see there", {{"Location", place}});
    });
    const auto registry = connect(site, {});
    CHECK(registry->blob(model, blob_digest, ByteCount(100), {}) == blob_text);
    CHECK(registry->blob_head(model, blob_digest, ByteCount(4), {}) == "some");
    CHECK(site.lines().front() == "GET " + blob_url);
    if (status != 0) CHECK(site.requests()[1].url.text() == "https://cdn.example:443/dir/blob?X-Signature=s%2Fs");
    CHECK(header(site.requests().front(), "Range").empty());
    CHECK(header(site.requests().back(), "Range") == "bytes=0-3");
}

TEST_CASE("a Location that names the same address again is no redirect") {
    const std::string place = GENERATE(as<std::string>(), blob_url, "/v2/library/mistral/blobs/" + blob_digest.text());
    Site site([&](const http::Request&) { return reply(200, blob_text, {{"Location", place}}); });
    CHECK(connect(site, {})->blob(model, blob_digest, ByteCount(100), {}) == blob_text);
    CHECK(site.requests().size() == 1);
}

TEST_CASE("a blob that is wrong, too long, or gone") {
    const auto kind = [](const http::Response& answer) {
        Site site([&](const http::Request&) { return answer; });
        return error_of([&] { connect(site, {})->blob(model, blob_digest, ByteCount(blob_text.size()), {}); }).kind();
    };
    CHECK(kind(reply(200, blob_text)) == Kind::defect); // nothing is wrong
    CHECK(kind(reply(200, "some licencE")) == Kind::damaged);
    CHECK(kind(reply(200, "")) == Kind::damaged);
    CHECK(kind(reply(200, blob_text + "x")) == Kind::protocol);
    CHECK(kind(reply(404)) == Kind::not_found);
    CHECK(kind(reply(206, "some")) == Kind::damaged);
}

TEST_CASE("the first bytes of a blob") {
    const auto head = [](const http::Response& answer) {
        Site site([&](const http::Request&) { return answer; });
        return connect(site, {})->blob_head(model, blob_digest, ByteCount(4), {});
    };
    CHECK(head(reply(206, "some", {{"Content-Range", "bytes 0-3/12"}})) == "some");
    CHECK(head(reply(206, "so", {{"Content-Range", "bytes 0-1/2"}})) == "so");
    CHECK(head(reply(200, blob_text)) == "some"); // ignores ranges
    CHECK(head(reply(416)).empty());
    CHECK(error_of([&] { head(reply(206, "lice", {{"Content-Range", "bytes 5-8/12"}})); }).kind() == Kind::protocol);
    CHECK(error_of([&] { head(reply(404)); }).kind() == Kind::not_found);
    Site nobody([](const http::Request&) { return reply(500); });
    CHECK(connect(nobody, {})->blob_head(model, blob_digest, ByteCount(), {}).empty());
    CHECK(nobody.requests().empty());
}

TEST_CASE("redirects end") {
    int count = 0;
    const int length = GENERATE(5, 6);
    Site site([&](const http::Request&) {
        return ++count > length ? reply(200, blob_text)
                                : reply(302, {}, {{"Location", "/step/" + std::to_string(count)}});
    });
    const auto act = [&] { connect(site, {})->blob(model, blob_digest, ByteCount(100), {}); };
    if (length == 5) {
        CHECK_NOTHROW(act());
    } else {
        const Error error = error_of(act);
        CHECK(error.kind() == Kind::protocol);
        CHECK(error.message() == "registry.ollama.ai redirects more than 5 times");
        CHECK(site.requests().size() == 6);
    }
}

TEST_CASE("redirects that are not followed") {
    const auto redirect = GENERATE(http::Header{"Location", "http://cdn.example/secret"}, http::Header{"X", ""},
                                   http::Header{"Location", "ftp://cdn.example/secret"},
                                   http::Header{"Location", "https://user:secret@cdn.example/"});
    Site site([&](const http::Request&) { return reply(307, {}, {redirect}); });
    const Error error = error_of([&] { connect(site, {})->blob(model, blob_digest, ByteCount(100), {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().find("secret") == std::string::npos);
    CHECK(site.requests().size() == 1);
}

TEST_CASE("a compressed answer is refused, whatever it would become") {
    const std::string encoding = GENERATE("gzip", "br", "identity");
    Site site([&](const http::Request&) { return reply(200, manifest, {{"Content-Encoding", encoding}}); });
    const Error error = error_of([&] { connect(site, {})->image(model, {}); });
    CHECK(error.kind() == (encoding == "identity" ? Kind::defect : Kind::protocol));
}

TEST_CASE("a stop comes through, also while the tags are listed") {
    std::stop_source stop;
    Site site([&](const http::Request& request) {
        if (request.url.path.ends_with("list")) throw Interrupted{};
        return reply(404);
    });
    CHECK_THROWS_AS(connect(site, {})->image(model, {}), Interrupted);
    stop.request_stop();
    CHECK_THROWS_AS(connect(site, {})->find_blob(model, blob_digest, stop.get_token()), Interrupted);
}

TEST_CASE("names become paths and nothing else") {
    Site site([](const http::Request&) { return reply(200, {}, {{"ollama-content-digest", manifest_digest.hex()}}); });
    const auto registry = connect(site, {.public_registry = http::Url::parse("https://mirror.corp/ollama/")});
    registry->digest(ModelName::parse("_a-b/c..d:e.."), {});
    registry->digest(ModelName("r.corp:5000", "O-o", "m.x_y-z", "T"), {});
    CHECK(site.lines() == std::vector<std::string>{"HEAD https://mirror.corp:443/ollama/v2/_a-b/c..d/manifests/e..",
                                                   "HEAD https://r.corp:5000/v2/O-o/m.x_y-z/manifests/T"});
    const auto stand_in = connect(site, {.everything_at = http::Url::parse("https://corp/a/b")});
    stand_in->digest(ModelName::parse("hf.co/c/d:e"), {});
    CHECK(site.lines().back() == "HEAD https://corp:443/v2/a/b/c/d/manifests/e");
    CHECK(error_of([&] { connect(site, {.everything_at = http::Url::parse("https://corp/A")}); }).kind() ==
          Kind::usage);
    CHECK_THROWS_AS(ModelName("r.corp", "..", "m", "t"), Error);
    CHECK_THROWS_AS(ModelName("r.corp", "o", "../m", "t"), Error);
    CHECK_THROWS_AS(ModelName("r.corp", "o", "m", "../../x"), Error);
    CHECK(error_of([&] { registry->digest(ModelName("a:b:c", "o", "m", "t"), {}); }).kind() == Kind::usage);
}
