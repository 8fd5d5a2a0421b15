#include "relay/front.hpp"
#include "support/catch.hpp"
#include "unit/relay/site.hpp"

using namespace codemate;
using namespace codemate::relay;
using codemate::test::bare_404;
using codemate::test::open_address;
using codemate::test::Site;
using What = Reply::What;

namespace {

constexpr auto where_open = Front::Redirects::where_open;
constexpr auto never = Front::Redirects::never;

Front front(const Offer& offer) {
    return {offer, Site::options(), "127.0.0.1:41234"};
}

Request asked(std::string path, Request::Method method = Request::Method::get) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    return request;
}

} // namespace

TEST_CASE("names of what is served") {
    const Site site;
    CHECK(front(site.offer()).name() ==
          ModelName("127.0.0.1:41234", "codemate-0123456789abcdef0123456789abcdef", "mistral", "7b"));
    CHECK(front(site.offer()).probe().owner() == "codemate-fedcba9876543210fedcba9876543210");
    auto options = Site::options();
    options.owner = "no/word";
    CHECK_THROWS_AS(Front(site.offer(), options, "127.0.0.1:41234"), Error);
}

TEST_CASE("the manifest, byte for byte") {
    const Site site;
    const Front desk = front(site.offer());
    const Reply reply = desk.answer(asked(Site::path("manifests", "7b")), where_open);
    CHECK(reply.what == What::manifest);
    CHECK(reply.body == site.image.bytes);
    CHECK(reply.head == "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.distribution.manifest.v2+json\r\n"
                        "Content-Length: " +
                            std::to_string(site.image.bytes.size()) +
                            "\r\nDocker-Content-Digest: " + site.image.digest.text() + "\r\n\r\n");
    const Reply head = desk.answer(asked(Site::path("manifests", "7b"), Request::Method::head), where_open);
    CHECK(head.head == reply.head);
    CHECK(head.body.empty());
}

TEST_CASE("everything that is not here looks the same") {
    const Site site;
    auto offer = site.offer();
    offer.sources.erase(site.image.config.digest);
    const Front desk = front(offer);
    const std::string owner = Site::options().owner, probe = Site::options().probe_owner;
    const std::string hex = site.digest.text();
    struct Row {
        std::string path;
        What what;
    };
    for (const auto& row : std::vector<Row>{
             {"/", What::refused},
             {"/v2", What::refused},
             {"/v2/", What::refused},
             {"/v2//mistral/manifests/7b", What::refused},
             {"/v2/_catalog", What::refused},
             {"/v2/library/mistral/manifests/7b", What::refused},
             {"/v2/" + owner.substr(1) + "/mistral/manifests/7b", What::refused},
             {"/v2/" + owner + "x/mistral/manifests/7b", What::refused},
             {"/v2/" + owner + owner + "/mistral/manifests/7b", What::refused},
             {"/v2/" + owner + "/other/manifests/7b", What::refused},
             {"/v2/../v2/" + owner + "/mistral/manifests/7b", What::refused},
             {"/v3/" + owner + "/mistral/manifests/7b", What::refused},
             {"/v2/" + probe + "/mistral/manifests/7b", What::probe},
             {"/v2/" + probe + "/mistral/blobs/" + hex, What::probe},
             {"/v2/" + probe + "/other/manifests/7b", What::refused},
             {Site::path("manifests", "latest"), What::missing},
             {Site::path("manifests", "7b/"), What::missing},
             {Site::path("manifests", "7b?x=1"), What::missing},
             {Site::path("manifests", site.image.digest.text()), What::missing},
             {Site::path("tags", "list"), What::missing},
             {Site::path("blobs", ""), What::missing},
             {Site::path("blobs", hex + "/"), What::missing},
             {Site::path("blobs", hex.substr(7)), What::missing},
             {Site::path("blobs", "../blobs/" + hex), What::missing},
             {Site::path("blobs", Digest::of("another").text()), What::missing},
             {Site::path("content", Digest::of("another").text()), What::missing},
             {Site::path("blobs", site.image.config.digest.text()), What::missing},
             {Site::path("content", site.image.config.digest.text()), What::missing},
         }) {
        CAPTURE(row.path);
        const auto method = GENERATE(Request::Method::get, Request::Method::head);
        const Reply reply = desk.answer(asked(row.path, method), where_open);
        CHECK(reply.what == row.what);
        CHECK(reply.head == bare_404);
        CHECK(reply.body.empty());
        CHECK_FALSE(reply.carriage);
        CHECK(reply.then == Request::Then::close);
    }
    CHECK(desk.answer(std::nullopt, where_open).head == bare_404);
}

TEST_CASE("a blob's size, and where it is: with 200 and a Location") {
    const Site site;
    const Front desk = front(site.offer(open_address));
    const Reply head = desk.answer(asked(site.blob_path(), Request::Method::head), where_open);
    CHECK(head.what == What::told);
    CHECK(head.head.find("Content-Length: " + std::to_string(site.content.size()) + "\r\n") != std::string::npos);
    CHECK_FALSE(head.carriage);
    const Reply away = desk.answer(asked(site.blob_path()), where_open);
    CHECK(away.what == What::redirected);
    CHECK(away.head == "HTTP/1.1 200 OK\r\nLocation: " + open_address + "\r\nContent-Length: 0\r\n\r\n");
    const Reply back = desk.answer(asked(site.blob_path()), never);
    CHECK(back.what == What::sent_back);
    CHECK(back.head == "HTTP/1.1 200 OK\r\nLocation: " + site.content_path() + "\r\nContent-Length: 0\r\n\r\n");
    CHECK(front(site.offer()).answer(asked(site.blob_path()), where_open).head == back.head);
}

TEST_CASE("what could carry a secret, or another header, is never handed out") {
    const Site site;
    for (const std::string address :
         {"https://me:secret@registry.corp/v2/x", "https://cdn.example/x?X-Signature=secret", "https://cdn.example/x#y",
          "ftp://registry.corp/x", "/v2/x", "", "https://x/\r\nX-Other: y", "https://x/ y", "https://x/\x7f"}) {
        CAPTURE(address);
        CHECK_FALSE(is_plain_address(address));
        CHECK(front(site.offer(address)).answer(asked(site.blob_path()), where_open).what == What::sent_back);
    }
    CHECK(is_plain_address("http://[::1]:5000/v2/a/b/blobs/sha256:00"));
}

TEST_CASE("Ollama's client for tensors is told with a redirect, or gets the bytes at once") {
    const Site site;
    Request request = asked(site.blob_path());
    request.by_transfer_client = true;
    const Reply away = front(site.offer(open_address)).answer(request, where_open);
    CHECK(away.what == What::redirected);
    CHECK(away.head.starts_with("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + open_address + "\r\n"));
    const Reply here = front(site.offer()).answer(request, where_open);
    CHECK(here.what == What::carried);
    REQUIRE(here.carriage);
    CHECK(here.carriage->part == registry::ByteRange{0, site.content.size()});
}

TEST_CASE("parts of what is carried") {
    const Site site("0123456789");
    const Front desk = front(site.offer());
    Request request = asked(site.content_path());
    const Reply whole = desk.answer(request, where_open);
    CHECK(whole.head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(whole.head.find("Content-Range") == std::string::npos);
    CHECK(whole.carriage.value().digest == site.digest);
    CHECK(whole.carriage->place == test::place);

    request.range = "bytes=4-6";
    const Reply part = desk.answer(request, where_open);
    CHECK(part.what == What::carried);
    CHECK(part.head.starts_with("HTTP/1.1 206 Partial Content\r\n"));
    CHECK(part.head.find("Content-Range: bytes 4-6/10\r\n") != std::string::npos);
    CHECK(part.head.find("Content-Length: 3\r\n") != std::string::npos);
    CHECK(part.carriage.value().part == registry::ByteRange{4, 3});
    request.method = Request::Method::head;
    const Reply head = desk.answer(request, where_open);
    CHECK(head.head == part.head);
    CHECK(head.what == What::told);
    CHECK_FALSE(head.carriage);

    request.method = Request::Method::get;
    request.range = "bytes=10-";
    const Reply beyond = desk.answer(request, where_open);
    CHECK(beyond.head ==
          "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */10\r\nContent-Length: 0\r\n\r\n");
    CHECK_FALSE(beyond.carriage);
}
