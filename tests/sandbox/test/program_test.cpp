// The program as a process: what it prints, how it is switched, how it ends.
#include "support/catch.hpp"
#include "support/raw_http.hpp"
#include "support/sandbox.hpp"

#include <csignal>
#include <functional>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

using namespace codemate::test;
using std::chrono::milliseconds;

namespace {

Command program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CODEMATE_SANDBOX_PROGRAM);
    return {.argv = std::move(arguments)};
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all(1);
    for (const char c : text) {
        if (c == '\n')
            all.emplace_back();
        else
            all.back() += c;
    }
    return all;
}

std::uint16_t port_of(const Process& process) {
    REQUIRE(process.wait_for("CODEMATE_REGISTRY"));
    return static_cast<std::uint16_t>(std::stoul(lines(process.out())[0].substr(30)));
}

// For clients whose server may end before they are through to it.
void try_exchange(std::uint16_t port, const RawRequest& request,
                  const std::function<RawFlow(const RawChunk&)>& on_chunk = {}) {
    try {
        exchange(port, request, on_chunk);
    } catch (const std::system_error&) {
    }
}

constexpr milliseconds promptly{5'000}; // with much in reserve for a busy machine

} // namespace

TEST_CASE("the first two lines are for programs, the rest says that it is a simulation") {
    Process process(program({}));
    const auto url = "http://127.0.0.1:" + std::to_string(port_of(process));
    const auto out = process.out();
    CHECK(lines(out)[0] == "listening on " + url);
    CHECK(lines(out)[1] == "registry " + url);
    CHECK(out.find("simulation") != std::string::npos);
    CHECK(out.find("export OLLAMA_HOST=" + url) != std::string::npos);
    CHECK(out.find("export CODEMATE_REGISTRY=" + url) != std::string::npos);
}

TEST_CASE("it ends on a signal, and its temporary store with it") {
    const auto signal = GENERATE(SIGTERM, SIGINT);
    const TempDir directory;
    auto command = program({});
    command.variables = {{"TMPDIR", directory.path().string()}};
    Process process(command);
    port_of(process);
    CHECK_FALSE(std::filesystem::is_empty(directory.path()));
    process.send(signal);
    CHECK(process.wait(promptly) == Exit{0, std::nullopt});
    CHECK(std::filesystem::is_empty(directory.path()));
    CHECK(process.err().empty());
}

TEST_CASE("a store of one's own stays") {
    const TempDir directory;
    Process process(program({"--store", (directory / "models").string()}));
    const auto port = port_of(process);
    exchange(port, {.method = "POST", .path = "/api/pull", .body = R"({"model":"tinyllama"})"});
    process.send(SIGTERM);
    process.wait(promptly);
    CHECK(std::filesystem::exists(directory / "models/manifests/registry.ollama.ai/library/tinyllama/latest"));
}

TEST_CASE("nothing that is open keeps it from ending") {
    const std::string fault =
        GENERATE("stall", "silent-stall", "hang@/api/pull", "slow=10KB/s", "registry-hang", "slow-verify=1h");
    INFO(fault);
    Sandbox sandbox({.faults = {fault}});
    std::promise<void> begun;
    std::thread client([&] {
        bool told = false;
        const auto tell = [&] {
            if (!std::exchange(told, true)) begun.set_value();
        };
        if (fault.starts_with("hang")) tell(); // there will be no answer to wait for
        try_exchange(sandbox.port(), {.method = "POST", .path = "/api/pull", .body = R"({"model":"mistral"})"},
                     [&](const RawChunk&) {
                         tell();
                         return RawFlow::go_on;
                     });
        tell();
    });
    begun.get_future().wait();
    // Connections that are kept alive, too.
    exchange(sandbox.port(), {.path = "/api/version", .headers = {{"Connection", "keep-alive"}}});
    sandbox.process().send(SIGTERM);
    CHECK(sandbox.process().wait(promptly) == Exit{0, std::nullopt});
    client.join();
}

TEST_CASE("faults are switched while it runs") {
    const Sandbox sandbox;
    const auto status = [&] { return exchange(sandbox.port(), {.path = "/api/tags"}).status; };
    CHECK(status() == 200);
    sandbox.set_fault("status=503");
    CHECK(status() == 503);
    sandbox.clear_fault("status");
    CHECK(status() == 200);
    sandbox.set_fault("forbidden");
    sandbox.clear_faults();
    CHECK(status() == 200);
}

TEST_CASE("a client that hangs up leaves a partial download, and hang lets go of it") {
    const Sandbox sandbox({.faults = {"stall"}});
    const auto reply =
        exchange(sandbox.port(), {.method = "POST", .path = "/api/pull", .body = R"({"model":"mistral"})"},
                 [](const RawChunk& chunk) {
                     return chunk.text.find("completed") == std::string::npos ? RawFlow::go_on : RawFlow::drop;
                 });
    CHECK(reply.end == RawReply::End::dropped);
    sandbox.set_fault("hang@/api/tags");
    CHECK(exchange(sandbox.port(), {.path = "/api/tags"}, {}, milliseconds(50)).status == 0);
    sandbox.clear_faults();
    std::string body; // the download is put away in a moment: until then the server says so
    do
        body =
            exchange(sandbox.port(), {.method = "POST", .path = "/api/pull", .body = R"({"model":"mistral"})"}).body();
    while (body.find("context canceled") != std::string::npos);
    CHECK(body.ends_with("{\"status\":\"success\"}\n"));
}

TEST_CASE("many connections at once are served") {
    Sandbox sandbox({.faults = {"hang@/api/ps"}});
    std::vector<std::thread> hanging;
    for (int i = 0; i < 150; ++i)
        hanging.emplace_back([&] { try_exchange(sandbox.port(), {.path = "/api/ps"}); });
    CHECK(exchange(sandbox.port(), {.path = "/api/version"}).status == 200);
    sandbox.clear_faults(); // for those that come late; the others wait for its end
    sandbox.process().send(SIGTERM);
    CHECK(sandbox.process().wait(promptly) == Exit{0, std::nullopt});
    for (auto& thread : hanging)
        thread.join();
}

TEST_CASE("a connection is kept for many requests, without headers that the real server does not send") {
    const Sandbox sandbox;
    const auto reply = exchange(sandbox.port(), {.path = "/api/version", .headers = {{"Connection", "keep-alive"}}});
    CHECK(reply.header("Keep-Alive") == nullptr);
    CHECK(reply.header("Connection") == nullptr);
    CHECK(reply.header("Date") != nullptr);
}

TEST_CASE("compression is not offered") {
    const Sandbox sandbox;
    const auto reply = exchange(sandbox.port(), {.path = "/api/tags", .headers = {{"Accept-Encoding", "gzip, br"}}});
    CHECK(reply.header("Content-Encoding") == nullptr);
    CHECK(reply.body() == "{\"models\":[]}");
}

TEST_CASE("the command line") {
    SECTION("help tells every fault and the catalogue's form") {
        const auto done = run(program({"--help"}));
        CHECK(done.status() == 0);
        for (const auto* word : {"--store", "--catalog", "same_as", "moving-tag=MODEL", "slow=RATE", "/sandbox/faults"})
            CHECK(done.out.find(word) != std::string::npos);
    }
    SECTION("mistakes end with 2, and before anything starts") {
        for (const auto& arguments : std::vector<std::vector<std::string>>{{"--prot", "1"},
                                                                           {"--port", "x"},
                                                                           {"--port"},
                                                                           {"--fault", "stal"},
                                                                           {"extra"},
                                                                           {"--catalog", "/nonexistent"}}) {
            const auto done = run(program(arguments));
            INFO(arguments[0] + "\n" + done.err);
            CHECK(done.status() != 0);
            CHECK(done.out.empty());
            CHECK(done.err.starts_with("codemate-sandbox: "));
        }
        CHECK(run(program({"--fault", "stal"})).status() == 2);
    }
    SECTION("a port that is taken") {
        const Sandbox sandbox;
        const auto done = run(program({"--port", std::to_string(sandbox.port())}));
        CHECK(done.status() != 0);
        CHECK(done.err.find("taken") != std::string::npos);
    }
}

TEST_CASE("one sandbox pulls from another by its address") {
    const Sandbox registry, server;
    const auto reply =
        exchange(server.port(), {.method = "POST",
                                 .path = "/api/pull",
                                 .body = R"({"insecure":true,"model":")" + registry.address() + "/library/mistral\"}"});
    CHECK(reply.body().ends_with("{\"status\":\"success\"}\n"));
    const auto here = read_text(server.store() / "manifests" / registry.address() / "library/mistral/latest");
    registry.pull("mistral");
    CHECK(here == read_text(registry.store() / "manifests/registry.ollama.ai/library/mistral/latest"));
}
