#include "support/catch.hpp"
#include "support/raw_server.hpp"
#include "support/sanitized.hpp"

#include "codemate/base/error.hpp"
#include "codemate/registry/registry.hpp"

#include <fstream>
#include <stdexcept>

// Registries that mean harm, on the wire: each ends in a clear error, soon, and within bounded memory.

using namespace codemate;
using namespace codemate::registry;
using test::RawServer;

namespace {

using Connection = RawServer::Connection;

const Digest blob_digest = Digest::of("content");

// Answers every request by the script, until the client goes.
RawServer::Script each(std::function<void(Connection&, const std::string&)> answer) {
    return [answer = std::move(answer)](Connection& connection) {
        for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request())
            answer(connection, request);
    };
}

std::string with_length(const std::string& head, const std::string& body) {
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Asked {
    explicit Asked(RawServer& server)
        : registry(connect(*client, {.public_registry = server.url(), .plain_http_hosts = {}, .credentials = {}})) {}

    std::unique_ptr<http::Client> client = http::make_client({.user_agent = "test"});
    std::unique_ptr<Registry> registry;
    ModelName model = ModelName::parse("m");
};

template<class Act>
Error error_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

// How much the most memory that this process ever had has grown since. The sanitizers keep what was freed: no measure.
class Memory {
public:
    bool grew_by_less_than(long mib) const {
        const long grown = peak_mib() - before_;
        UNSCOPED_INFO("grown by " << grown << " MiB");
        return test::sanitized || grown < mib;
    }

private:
    static long peak_mib() {
        std::ifstream status("/proc/self/status");
        for (std::string word; status >> word;) {
            long kib = 0;
            if (word == "VmHWM:" && status >> kib) return kib / 1024;
        }
        throw std::runtime_error("the system does not say how much memory there was");
    }

    long before_ = peak_mib();
};

} // namespace

TEST_CASE("an endless body is cut off at its limit") {
    const std::string status = GENERATE("200 OK", "404 Not Found", "307 Temporary Redirect", "401 Unauthorized");
    CAPTURE(status);
    RawServer server([&](Connection& connection) {
        const std::string request = connection.read_request();
        connection.send("HTTP/1.1 " + status + "\r\nLocation: /x\r\n\r\n");
        if (request.starts_with("HEAD")) return;
        const std::string piece(1 << 20, '[');
        for (int i = 0; i < 64; ++i)
            connection.send(piece);
    });
    Asked asked(server);
    const Memory memory;
    const Error image = error_of([&] { asked.registry->image(asked.model, {}); });
    CHECK(image.kind() == Kind::protocol);
    CHECK(image.message().find("longer than") != std::string::npos);
    const Error blob = error_of([&] { asked.registry->blob(asked.model, blob_digest, ByteCount(1000), {}); });
    CHECK(blob.kind() == Kind::protocol);
    CHECK(memory.grew_by_less_than(40));
}

TEST_CASE("the head of an endless blob is had without the rest") {
    RawServer server([](Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        const std::string piece(1 << 20, 'x');
        for (int i = 0; i < 64; ++i)
            connection.send(piece);
    });
    Asked asked(server);
    CHECK(asked.registry->blob_head(asked.model, blob_digest, ByteCount(5), {}) == "xxxxx");
    CHECK(asked.registry->blob_head(asked.model, blob_digest, ByteCount(3'000'000), {}).size() == 3'000'000);
}

TEST_CASE("ten thousand layers are read, and a body of nothing but brackets is not") {
    std::string layers;
    for (int i = 0; i < 10'000; ++i) {
        layers += std::string(i == 0 ? "" : ",") + R"({"mediaType":"application/vnd.ollama.image.license","digest":")" +
                  Digest::of(std::to_string(i)).text() + R"(","size":1})";
    }
    const std::string config = R"({"mediaType":"c","digest":")" + Digest::of("c").text() + R"(","size":1})";
    const std::string many = R"({"config":)" + config + R"(,"layers":[)" + layers + "]}";
    const std::string deep(1 << 20, '[');
    std::string wide = "[0";
    while (wide.size() < 4'000'000)
        wide += ",0";
    wide += ']';
    RawServer server(each([&](Connection& connection, const std::string& request) {
        connection.send(with_length("HTTP/1.1 200 OK\r\n", request.find("/many/") != std::string::npos   ? many
                                                           : request.find("/wide/") != std::string::npos ? wide
                                                                                                         : deep));
    }));
    Asked asked(server);
    const Memory memory;
    CHECK(asked.registry->image(ModelName::parse("many"), {}).layers.size() == 10'000);
    CHECK(error_of([&] { asked.registry->image(ModelName::parse("deep"), {}); }).kind() == Kind::protocol);
    CHECK(memory.grew_by_less_than(60));
    const Error numbers = error_of([&] { asked.registry->image(ModelName::parse("wide"), {}); });
    CHECK(numbers.kind() == Kind::protocol);
    CHECK(memory.grew_by_less_than(250)); // two million values
}

TEST_CASE("a redirect loop ends") {
    const std::string location = GENERATE("/v2/library/m/manifests/latest", "?again", "/x");
    RawServer server(each([&](Connection& connection, const std::string&) {
        connection.send(with_length("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\n", ""));
    }));
    Asked asked(server);
    const Error error = error_of([&] { asked.registry->image(asked.model, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().find("more than 5 times") != std::string::npos);
    CHECK(server.requests().size() == 6);
    CHECK(server.connections() == 1); // kept alive
}

TEST_CASE("what is compressed is not unpacked") {
    // Ten bytes of gzip's head would be enough; what would come out does not matter.
    const std::string packed("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    RawServer server(each([&](Connection& connection, const std::string&) {
        connection.send(with_length("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", packed));
    }));
    Asked asked(server);
    const Error error = error_of([&] { asked.registry->image(asked.model, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().find("compressed (gzip)") != std::string::npos);
    CHECK(server.requests().front().find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("a token service that sends without end") {
    RawServer auth([](Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        const std::string piece(1 << 20, ' ');
        for (int i = 0; i < 64; ++i)
            connection.send(piece);
    });
    RawServer server(each([&](Connection& connection, const std::string&) {
        connection.send(with_length(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"" + auth.url().text() + "/token\"\r\n", ""));
    }));
    Asked asked(server);
    const Memory memory;
    const Error error = error_of([&] { asked.registry->digest(asked.model, {}); });
    CHECK(error.kind() == Kind::protocol);
    CHECK(error.message().starts_with("no token for 'm:latest': "));
    CHECK(error.hint().find("OLLAMA_HOST") == std::string::npos);
    CHECK(memory.grew_by_less_than(10));
}

TEST_CASE("endless heads, no HTTP, a cut connection") {
    struct Row {
        std::string answer;
        Kind kind;
    };
    std::string heads = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100'000; ++i)
        heads += "X-" + std::to_string(i) + ": y\r\n";
    const std::vector<Row> rows = {
        {heads, Kind::protocol},
        {"SSH-2.0-OpenSSH_9.2\r\n", Kind::protocol},
        {"", Kind::unreachable},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", Kind::unreachable},
    };
    for (const auto& row : rows) {
        CAPTURE(row.answer.substr(0, 30));
        RawServer server([&](Connection& connection) {
            connection.read_request();
            connection.send(row.answer);
        });
        Asked asked(server);
        const Error error = error_of([&] { asked.registry->image(asked.model, {}); });
        CHECK(error.kind() == row.kind);
        CHECK_FALSE(error.hint().empty());
        CHECK(error.hint().find("OLLAMA_HOST") == std::string::npos);
    }
}

TEST_CASE("a registry that is silent is left as soon as somebody stops") {
    std::stop_source stop;
    RawServer server([&](Connection& connection) {
        connection.read_request();
        stop.request_stop();
        connection.wait_for_close();
    });
    Asked asked(server);
    CHECK_THROWS_AS(asked.registry->digest(asked.model, stop.get_token()), Interrupted);
}
