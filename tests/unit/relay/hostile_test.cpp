#include "support/catch.hpp"
#include "unit/relay/site.hpp"

#include <filesystem>

// Strangers on the network: they get nothing, cost little, and keep nobody else out.

using namespace codemate;
using namespace codemate::relay;
using namespace codemate::test;

namespace {

std::size_t entries(const char* directory) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory))
        ++count;
    return count;
}

std::size_t descriptors() {
    return entries("/proc/self/fd");
}

std::size_t threads() {
    return entries("/proc/self/task");
}

} // namespace

TEST_CASE("idle strangers keep nobody out, and are bounded in number, threads and descriptors") {
    Site site;
    const auto relay = site.open({.connections = 16});
    const std::size_t threads_before = threads();
    const std::size_t descriptors_before = descriptors();
    std::vector<Client> strangers;
    for (int i = 0; i < 300; ++i) {
        strangers.emplace_back(port_of(*relay));
        strangers.back().send("GET /v2/");
        if (i % 50 != 0) continue;
        Client server(port_of(*relay));
        server.get(Site::path("manifests", "7b"));
        CHECK(server.read_reply().ends_with(site.image.bytes));
    }
    Client server(port_of(*relay));
    server.get(site.content_path());
    CHECK(server.read_reply().ends_with(site.content));
    CHECK(threads() <= threads_before + 1);
    CHECK(descriptors() <= descriptors_before + strangers.size() + 1 + 16);
    CHECK(strangers.front().is_closed());
    CHECK(relay->traffic().refused >= 300 - 16);
}

TEST_CASE("who has shown to know the name is not put out by strangers") {
    Site site(std::string(100'000, 'x'));
    site.registry.disturb_blob(site.digest, FakeRegistry::Trouble::stall, 1000);
    const auto relay = site.open({.connections = 8});
    Client idle(port_of(*relay)), carried(port_of(*relay));
    idle.get(Site::path("manifests", "7b"));
    idle.read_reply();
    carried.get(site.content_path());
    carried.read_head();
    std::vector<Client> strangers;
    for (int i = 0; i < 100; ++i)
        strangers.emplace_back(port_of(*relay));
    CHECK(strangers.front().is_closed());
    idle.get(Site::path("manifests", "7b"));
    CHECK(idle.read_reply().ends_with(site.image.bytes));
    CHECK(carried.read(1000) == std::string(1000, 'x'));
    CHECK(carried.is_open());
}

TEST_CASE("when everybody is known, new ones are turned away, and leave no descriptor behind") {
    Site site(std::string(100'000, 'x'));
    site.registry.disturb_blob(site.digest, FakeRegistry::Trouble::stall, 1000);
    const auto relay = site.open({.connections = 4});
    std::vector<Client> servers;
    for (int i = 0; i < 4; ++i) {
        servers.emplace_back(port_of(*relay));
        servers.back().get(site.content_path());
        servers.back().read_head();
    }
    site.registry.wait_for_readings(4);
    const std::size_t before = descriptors();
    for (int i = 0; i < 50; ++i)
        CHECK(Client(port_of(*relay)).is_closed());
    CHECK(descriptors() == before);
    CHECK(relay->traffic().refused == 50);
}

TEST_CASE("half a request, one byte after the other, or nothing at all: closed when the time is over") {
    Site site;
    const auto relay = site.open({.head = std::chrono::milliseconds(50)});
    const std::string start = GENERATE("", "GET", "GET /v2/ HTTP/1.1\r\nHost: x\r\n", "\r\n");
    Client slow(port_of(*relay));
    slow.send(start);
    const auto before = std::chrono::steady_clock::now();
    while (slow.is_open() && slow.send("a")) { // as fast as it likes: no byte gives it more time
        if (std::chrono::steady_clock::now() - before > std::chrono::seconds(20)) break;
        std::this_thread::yield();
    }
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
    CHECK(slow.is_closed());
}

TEST_CASE("endless heads and lines, bodies, other protocols: the bare 404 or a closed connection") {
    Site site;
    const auto relay = site.open();
    std::string headers;
    while (headers.size() < 100'000)
        headers += "X: y\r\n";
    const std::string get = "GET " + Site::path("manifests", "7b") + " HTTP/1.1\r\n";
    for (const auto& request :
         {get + headers, get + "X: " + std::string(100'000, 'y') + "\r\n\r\n", "GET /" + std::string(100'000, 'y'),
          std::string(100'000, '\0'), get + "Content-Length: 1000000\r\n\r\n" + std::string(1000, 'x'),
          get + "Transfer-Encoding: chunked\r\n\r\n5\r\n", std::string("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10),
          "POST " + Site::path("manifests", "7b") + " HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + get}) {
        CAPTURE(request.substr(0, 40));
        Client client(port_of(*relay));
        client.send(request);
        std::string got;
        try {
            got = client.read_reply();
        } catch (const std::runtime_error&) { // reset, because not all was read
        }
        CHECK((got.empty() || got == bare_404));
        CHECK(client.is_closed());
    }
    CHECK_FALSE(relay->reached());
    CHECK(site.registry.calls().empty());
}

TEST_CASE("connections that come and go, and requests of strangers in a row, leave nothing behind") {
    Site site;
    const auto relay = site.open();
    const auto settle = [&] { // all before it have been seen when this one is answered
        Client server(port_of(*relay));
        server.get(Site::path("manifests", "7b"), "Connection: close\r\n");
        server.read_reply();
        CHECK(server.is_closed());
    };
    settle();
    const std::size_t before = descriptors();
    for (int i = 0; i < 2000; ++i) {
        Client stranger(port_of(*relay));
        if (i % 3 == 0) stranger.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        if (i % 3 == 1) stranger.send("GET / HT");
    }
    settle();
    settle();
    CHECK(descriptors() <= before + 1);
}
