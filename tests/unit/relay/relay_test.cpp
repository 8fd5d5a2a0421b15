#include "support/catch.hpp"
#include "support/raw_http.hpp"
#include "support/raw_server.hpp"
#include "unit/relay/site.hpp"

#include "codemate/relay/relay.hpp"

#include <atomic>
#include <semaphore>
#include <thread>

// A relay on the wire, with a registry in memory behind it.

using namespace codemate;
using namespace codemate::relay;
using namespace codemate::test;

namespace {

std::string large(std::size_t size) {
    std::string text;
    text.reserve(size + 20);
    while (text.size() < size)
        text += std::to_string(text.size()) + ' ';
    text.resize(size);
    return text;
}

RawReply ask(const Relay& relay, const std::string& path, RawHeaders headers = {}) {
    return exchange(port_of(relay), {.path = path, .headers = std::move(headers)});
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

} // namespace

TEST_CASE("a pull through a relay: manifest, sizes, places, parts") {
    Site site(large(300'000));
    const auto relay = site.open();
    CHECK_FALSE(relay->reached());
    CHECK(ask(*relay, Site::path("manifests", "7b")).body() == site.image.bytes);
    CHECK(relay->reached());
    std::string got;
    for (const Layer& blob : site.image.blobs()) {
        const std::string path = Site::path("blobs", blob.digest.text());
        const auto head = exchange(port_of(*relay), {.method = "HEAD", .path = path});
        CHECK(head.status == 200);
        CHECK(*head.header("Content-Length") == std::to_string(blob.size.count()));
        const auto where = ask(*relay, path);
        CHECK(where.status == 200);
        CHECK(where.body().empty());
        REQUIRE(where.header("Location"));
        const auto content = ask(*relay, *where.header("Location"));
        CHECK(content.status == 200);
        CHECK(Digest::of(content.body()) == blob.digest);
    }
    const auto part = ask(*relay, site.content_path(), {{"Range", "bytes=100000-199999"}});
    CHECK(part.status == 206);
    CHECK(*part.header("Content-Range") == "bytes 100000-199999/300000");
    CHECK(part.body() == site.content.substr(100'000, 100'000));
    CHECK(ask(*relay, site.content_path(), {{"Range", "bytes=0-1,5-6"}}).status == 416);

    const Traffic traffic = relay->traffic();
    CHECK(traffic.manifests == 1);
    CHECK(traffic.redirected == 0);
    CHECK(traffic.carried_requests == 4);
    CHECK(traffic.carried == site.image.distinct_size() + ByteCount(100'000));
    CHECK(traffic.refused == 0);
    CHECK_FALSE(relay->failure());
}

TEST_CASE("the probe is not there, and tells that the server gets here; strangers do not") {
    Site site;
    const auto relay = site.open();
    CHECK(relay->name().host().starts_with("127.0.0.1:"));
    CHECK(ask(*relay, "/v2/").status == 404);
    CHECK(ask(*relay, "/v2/library/mistral/manifests/7b").status == 404);
    CHECK_FALSE(relay->reached());
    const ModelName probe = relay->probe();
    const auto reply = ask(*relay, "/v2/" + probe.owner() + '/' + probe.model() + "/manifests/" + probe.tag());
    CHECK(reply.status == 404);
    CHECK(relay->reached());
    CHECK(relay->traffic().manifests == 0);
    CHECK(relay->traffic().refused == 2);
    CHECK(site.registry.calls().empty());
}

TEST_CASE("what is open is redirected to, until everything is to be carried; a limit carries from the start") {
    Site site;
    const auto relay = site.open({}, open_address);
    CHECK(*ask(*relay, site.blob_path()).header("Location") == open_address);
    CHECK(relay->traffic().redirected == 1);
    relay->carry_everything();
    CHECK(*ask(*relay, site.blob_path()).header("Location") == site.content_path());
    CHECK(relay->traffic().redirected == 1);
    auto options = Site::options();
    options.rate = ByteCount(1'000'000);
    const auto limited = over_http(site.registry)->open(site.offer(open_address), options);
    CHECK(*ask(*limited, site.blob_path()).header("Location") == site.content_path());
    CHECK(ask(*limited, site.content_path()).body() == site.content);
}

TEST_CASE("several requests on one connection, one after the other and at once") {
    Site site(large(100'000));
    const auto relay = site.open();
    Client client(port_of(*relay));
    for (int i = 0; i < 3; ++i) {
        client.get(Site::path("manifests", "7b"));
        CHECK(client.read_reply().ends_with(site.image.bytes));
        client.get(site.content_path());
        CHECK(client.read_reply().ends_with(site.content));
    }
    client.get(site.content_path(), "Range: bytes=0-4\r\n\r\nGET " + site.content_path() +
                                        " HTTP/1.1\r\nRange: bytes=5-9\r\n\r\nGET " + Site::path("manifests", "7b") +
                                        " HTTP/1.1\r\n");
    CHECK(client.read_reply().ends_with(site.content.substr(0, 5)));
    CHECK(client.read_reply().ends_with(site.content.substr(5, 5)));
    CHECK(client.read_reply().ends_with(site.image.bytes));
    client.get("/");
    CHECK(client.read_reply() == bare_404);
    CHECK(client.is_closed());
}

TEST_CASE("sixteen parts at once, and more than there are carriers") {
    Site site(large(4'000'000));
    const std::size_t carriers = GENERATE(std::size_t{32}, std::size_t{3});
    const auto relay = site.open({.carriers = carriers});
    constexpr std::size_t parts = 16;
    const std::size_t size = site.content.size() / parts;
    std::vector<Client> clients;
    for (std::size_t i = 0; i < parts; ++i) {
        clients.emplace_back(port_of(*relay));
        clients.back().get(site.content_path(), "Range: bytes=" + std::to_string(i * size) + '-' +
                                                    std::to_string((i + 1) * size - 1) + "\r\n");
    }
    std::string whole;
    for (auto& client : clients) {
        client.read_head();
        whole += client.read(size);
    }
    CHECK(Digest::of(whole) == site.digest);
}

TEST_CASE("sixteen parts flow at the same time") {
    Site site(large(1'000'000));
    site.registry.disturb_blob(site.digest, FakeRegistry::Trouble::stall, 1000);
    const auto relay = site.open();
    std::vector<Client> clients;
    for (int i = 0; i < 16; ++i) {
        clients.emplace_back(port_of(*relay));
        clients.back().get(site.content_path());
    }
    site.registry.wait_for_readings(16);
    for (auto& client : clients) {
        client.read_head();
        CHECK(client.read(1000) == site.content.substr(0, 1000));
    }
}

TEST_CASE("a client that goes ends what is read for it at once") {
    Site site(large(1'000'000));
    site.registry.disturb_blob(site.digest, FakeRegistry::Trouble::stall, 1000);
    const auto relay = site.open();
    const bool half = GENERATE(false, true);
    {
        Client client(port_of(*relay));
        client.get(site.content_path());
        client.read_head();
        site.registry.wait_for_readings(1);
        if (half) {
            client.end_sending();
            site.registry.wait_for_readings(0);
        }
    }
    site.registry.wait_for_readings(0);
    CHECK_FALSE(relay->failure());
    CHECK(ask(*relay, Site::path("manifests", "7b")).status == 200);
}

TEST_CASE("over HTTP: parts come from a registry, and a client that goes ends them there too") {
    Site site("0123456789");
    std::counting_semaphore<> gone(0);
    RawServer source([&](RawServer::Connection& connection) {
        const std::string request = connection.read_request();
        connection.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\n\r\n45");
        if (request.find("Range: bytes=4-9\r\n") == std::string::npos) return;
        connection.wait_for_close();
        gone.release();
    });
    const auto client = http::make_client({.user_agent = "test"});
    const std::string host = source.url().authority();
    const auto registry = registry::connect(*client, {.plain_http_hosts = {host}});
    auto offer = site.offer();
    offer.sources.insert_or_assign(site.digest, Source{ModelName(host, "team", "mistral", "7b")});
    auto relay = open_relay(*registry, offer, Site::options());
    const bool relay_ends = GENERATE(false, true);
    {
        Client server(port_of(*relay));
        server.get(site.content_path(), "Range: bytes=4-\r\n");
        CHECK(server.read_head().starts_with("HTTP/1.1 206 "));
        CHECK(server.read(2) == "45"); // though no more comes
        if (relay_ends) relay.reset();
    }
    CHECK(gone.try_acquire_for(std::chrono::seconds(20)));
}

TEST_CASE("what fails at the source is a cut connection, and is told") {
    Site site(large(200'000));
    const auto relay = site.open();
    SECTION("in the middle") {
        site.registry.disturb_blob(site.digest, FakeRegistry::Trouble::cut, 100'000);
        const auto reply = ask(*relay, site.content_path());
        CHECK(reply.status == 200);
        CHECK(reply.end == RawReply::End::cut);
        CHECK(reply.body() == site.content.substr(0, 100'000));
        CHECK(relay->failure().value().kind() == Kind::unreachable);
    }
    SECTION("at its beginning") {
        site.registry.fail(FakeRegistry::Call::What::read_blob, Error(Kind::unauthorised, "no"));
        CHECK(ask(*relay, site.content_path()).end == RawReply::End::cut);
        CHECK(relay->failure().value().kind() == Kind::unauthorised);
    }
    SECTION("because it is gone") {
        site.registry.lose_blob(site.digest);
        CHECK(ask(*relay, site.content_path()).end == RawReply::End::cut);
        CHECK(relay->failure().value().kind() == Kind::not_found);
    }
    CHECK(relay->traffic().carried_requests == 1);
}

TEST_CASE("a relay that ends takes all connections with it, at once") {
    Site site(large(30'000'000));
    const std::string part = GENERATE("reading", "stalled", "blocked", "silent");
    if (part == "stalled") site.registry.disturb_blob(site.digest, FakeRegistry::Trouble::stall, 1000);
    auto relay = site.open();
    const std::uint16_t port = port_of(*relay);
    Client client(port, part == "blocked" ? 4096 : 0);
    if (part != "silent") client.get(site.content_path());
    if (part != "silent") site.registry.wait_for_readings(1);
    if (part == "silent") client.send("GET /");
    const auto before = std::chrono::steady_clock::now();
    relay.reset();
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5)); // not the limits' minute
    site.registry.wait_for_readings(0);
    CHECK(client.is_closed());
    CHECK_THROWS_AS(Client(port), std::system_error);
}

TEST_CASE("a reader that takes nothing holds back the source, and is left after a while") {
    Site site(large(30'000'000));
    const auto relay = site.open({.stuck = std::chrono::milliseconds(50)});
    Client client(port_of(*relay), 4096);
    client.get(site.content_path());
    client.read_head();
    site.registry.wait_for_readings(0);
    CHECK(relay->traffic().carried < ByteCount(site.content.size()));
    CHECK_FALSE(relay->failure());
}

TEST_CASE("a rate holds over all connections") {
    Site site(large(400'000));
    auto options = Site::options();
    options.rate = ByteCount(1'000'000);
    const auto relay = open_relay(site.registry, site.offer(), options);
    const auto before = std::chrono::steady_clock::now();
    std::atomic<std::size_t> got = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 2; ++i)
            threads.emplace_back([&] { got += ask(*relay, site.content_path()).body().size(); });
    }
    CHECK(got == 800'000);
    const auto took = std::chrono::steady_clock::now() - before;
    CHECK(took > std::chrono::milliseconds(600)); // 800, but for the first piece and what may be caught up
    CHECK(relay->traffic().carried == ByteCount(800'000));
}

TEST_CASE("a rate holds over all relays of a run") {
    Site site(large(400'000));
    auto options = Site::options();
    options.rate = ByteCount(1'000'000);
    const auto relays = over_http(site.registry);
    const auto one = relays->open(site.offer(), options), other = relays->open(site.offer(), options);
    const auto before = std::chrono::steady_clock::now();
    std::atomic<std::size_t> got = 0;
    {
        std::vector<std::jthread> threads;
        for (const auto* relay : {one.get(), other.get()})
            threads.emplace_back([&, relay] { got += ask(*relay, site.content_path()).body().size(); });
    }
    CHECK(got == 800'000);
    CHECK(std::chrono::steady_clock::now() - before > std::chrono::milliseconds(600));
}

TEST_CASE("where no relay can be") {
    Site site;
    const auto open = [&](std::string address, std::uint16_t port) {
        auto options = Site::options();
        options.address = std::move(address);
        options.port = port;
        return error_of([&] { open_relay(site.registry, site.offer(), options); });
    };
    const auto relay = site.open();
    const Error taken = open("127.0.0.1", port_of(*relay));
    CHECK(taken.kind() == Kind::unreachable);
    CHECK(taken.message().starts_with("cannot listen on " + relay->name().host() + ": "));
    CHECK(open("192.0.2.1", 0).kind() == Kind::unreachable); // for documentation: nobody's
    for (const auto* address : {"0.0.0.0", "localhost", "::1", "", "127.0.0.1:80", "1.2.3"})
        CHECK(open(address, 0).kind() == Kind::usage);
    auto options = Site::options();
    options.rate = ByteCount(0);
    CHECK(error_of([&] { open_relay(site.registry, site.offer(), options); }).kind() == Kind::usage);
    options = Site::options();
    options.owner = "";
    CHECK(error_of([&] { open_relay(site.registry, site.offer(), options); }).kind() == Kind::usage);
}
