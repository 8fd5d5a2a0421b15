#include "support/catch.hpp"
#include "support/http_doubles.hpp"

#include "codemate/base/error.hpp"
#include "codemate/ollama/server.hpp"

using namespace codemate;
using namespace codemate::ollama;
using test::Replay;
using test::Script;
using Stage = PullEvent::Stage;

namespace {

const http::Url address = http::Url::parse("http://h:1");
const ModelName name = ModelName::parse("mistral");
const std::string good = "{\"status\":\"pulling manifest\"}\n{\"status\":\"success\"}\n";

struct Pulled {
    std::optional<PullEnd> end;
    std::optional<Error> error;
    std::vector<PullEvent> events;

    std::vector<Stage> stages() const {
        std::vector<Stage> all;
        for (const auto& event : events) {
            if (all.empty() || all.back() != event.stage) all.push_back(event.stage);
        }
        return all;
    }
};

Pulled pull(http::Client& client, std::size_t drop_after = SIZE_MAX) {
    Pulled pulled;
    try {
        pulled.end = connect(client, address)
                         ->pull(name, Transport::https,
                                [&](const PullEvent& event) {
                                    pulled.events.push_back(event);
                                    return pulled.events.size() >= drop_after ? Flow::drop : Flow::go_on;
                                },
                                {});
    } catch (const Error& error) {
        pulled.error = error;
    }
    return pulled;
}

Pulled pull_text(std::vector<Script::Step> steps, int status = 200) {
    Script client({.status = status, .steps = std::move(steps)});
    return pull(client);
}

std::string capture(const std::string& version, const std::string& scenario) {
    return std::string(CODEMATE_TEST_DATA) + "/captures/ollama-" + version + "/" + scenario + ".json";
}

} // namespace

TEST_CASE("the request of a pull") {
    Script client({.status = 200, .steps = {good}});
    const auto server = connect(client, address, {}, std::chrono::milliseconds(7));
    const auto ignore = [](const PullEvent&) { return Flow::go_on; };
    server->pull(ModelName::parse("127.0.0.1:5500/library/x"), Transport::plain_http, ignore, {});
    server->pull(name, Transport::https, ignore, {});
    const auto sent = client.requests();
    CHECK(sent[0].method == "POST");
    CHECK(sent[0].url.text() == "http://h:1/api/pull");
    CHECK(sent[0].body == R"({"model":"127.0.0.1:5500/library/x:latest","insecure":true,"stream":true})");
    CHECK(sent[1].body == R"({"model":"mistral:latest","stream":true})");
    CHECK(sent[0].headers ==
          std::vector<http::Header>{{"Accept", "application/x-ndjson"}, {"Content-Type", "application/json"}});
    CHECK_FALSE(sent[0].timeout);
    CHECK(sent[0].read_pace == std::chrono::milliseconds(7));
}

TEST_CASE("recorded pulls, cut into pieces of any size") {
    struct Row {
        std::string scenario;
        std::optional<Kind> error;
        std::vector<Stage> stages;
    };
    using enum Stage;
    const std::vector<Row> rows = {
        {"pull-cached", {}, {resolving, layer, verifying, writing, other}},
        {"pull-fresh-fast", {}, {resolving, layer, verifying, writing, other}},
        {"pull-resumed", {}, {resolving, layer, verifying, writing, other}},
        {"pull-moving-second", {}, {resolving, layer, verifying, writing, cleaning, other}},
        {"pull-stream-false", {}, {other}},
        {"pull-notfound", Kind::not_found, {resolving}},
        {"pull-stream-false-notfound", Kind::not_found, {}},
        {"pull-unreachable", Kind::unreachable, {resolving}},
        {"pull-old", Kind::unsupported, {resolving}},
        {"pull-busy", Kind::busy, {resolving}},
        {"pull-boom", Kind::unreachable, {resolving}},
        {"pull-html", Kind::protocol, {resolving}},
        {"pull-locked", Kind::unsupported, {resolving}},
        {"pull-noloc", Kind::unsupported, {resolving}},
        {"pull-bad-name", Kind::usage, {}},
        {"pull-interrupted", Kind::unreachable, {resolving, layer}},
    };
    const std::string version = GENERATE("0.24.0", "0.32.15");
    const auto piece = GENERATE(std::size_t{0}, 1U, 7U, 100U, 1U << 20);
    for (const auto& row : rows) {
        CAPTURE(version, row.scenario, piece);
        Replay client(capture(version, row.scenario), piece);
        const Pulled pulled = pull(client);
        CHECK(pulled.stages() == row.stages);
        CHECK(pulled.error.has_value() == row.error.has_value());
        if (pulled.error && row.error) CHECK(pulled.error->kind() == *row.error);
        if (!row.error) CHECK(pulled.end == PullEnd::success);
    }
}

TEST_CASE("damage and stalls as recorded") {
    Replay corrupt(capture("0.32.15", "pull-corrupt"), 50);
    const Pulled damaged = pull(corrupt);
    REQUIRE(damaged.error);
    CHECK(damaged.error->kind() == Kind::damaged);
    Replay stalled(capture("0.32.15", "pull-blob404"), 1000);
    const Pulled late = pull(stalled);
    REQUIRE(late.error);
    CHECK(late.error->kind() == Kind::unreachable);
    CHECK(late.events.size() > 400);
}

TEST_CASE("a pull succeeded if its stream ended well and its last object was success, else not") {
    struct Row {
        std::vector<Script::Step> steps;
        std::optional<Kind> error;
    };
    const Error cut(Kind::unreachable, "the connection was cut after 12 bytes");
    const std::string success = R"({"status":"success"})";
    const std::vector<Row> rows = {
        {{good}, {}},
        {{std::string("{\"status\":\"pulling manifest\"}\r\n\r\n" + success)}, {}},
        {{success}, {}}, // one object, no newline
        {{good + "\n\n"}, {}},
        {{std::string("{\"status\":\"pulling manifest\"}\n")}, Kind::unreachable},
        {{std::string()}, Kind::unreachable},
        {{good + "{\"status\":\"pulling manifest\"}\n"}, Kind::unreachable},
        {{good, cut}, Kind::unreachable},
        {{std::string("{\"status\":\"pulling mani"), cut}, Kind::unreachable},
        {{std::string("{\"status\":\"pulling manifest\"}\n{\"status\":\"succ")}, Kind::unreachable},
        {{std::string("{\"status\":\"x\"}\n{\"error\":\"digest mismatch\"}\n") + success}, Kind::damaged},
        {{std::string("{\"error\":\"write x: no space left on device\"}")}, Kind::storage},
        {{std::string("{\"error\":\"EOF\"} and more\n")}, Kind::protocol},
        {{std::string("<!DOCTYPE html>\n<title>Log in</title>")}, Kind::protocol},
        {{std::string("<html>")}, Kind::protocol},
        {{std::string("nonsense\n")}, Kind::protocol},
        {{std::string("42\n")}, Kind::protocol},
        {{std::string("{\"status\":}\n")}, Kind::protocol},
    };
    for (std::size_t index = 0; index < rows.size(); ++index) {
        CAPTURE(index);
        const Pulled pulled = pull_text(rows[index].steps);
        CHECK((pulled.end == PullEnd::success) == !rows[index].error.has_value());
        CHECK(pulled.error.has_value() == rows[index].error.has_value());
        if (pulled.error && rows[index].error) CHECK(pulled.error->kind() == *rows[index].error);
    }
}

TEST_CASE("a stream that breaks off says that the next pull goes on") {
    const Error cut = Error(Kind::unreachable, "the connection was cut after 12 bytes").hint("run the command again");
    const std::string begun = "{\"status\":\"pulling manifest\"}\n";
    for (const auto& pulled : {pull_text({begun, cut}), pull_text({begun}), pull_text({begun + "{\"sta"})}) {
        REQUIRE(pulled.error);
        CHECK(pulled.error->hint() == "pull again: it goes on where it stopped");
    }
    CHECK(pull_text({begun}).error->message() ==
          "the server ended the pull without success; its last word was 'pulling manifest'");
    CHECK(pull_text({cut}).error->hint() == "run the command again"); // nothing had begun
}

TEST_CASE("a registry that the server cannot reach keeps its own hint") {
    Replay client(capture("0.32.15", "pull-unreachable"));
    const Pulled pulled = pull(client);
    REQUIRE(pulled.error);
    CHECK(pulled.error->hint() == "check the server's own way to the network, then pull again");
}

TEST_CASE("silence is handed on") {
    const Pulled pulled = pull_text({Script::Silence{}, std::string("{\"status\":\"pulling manifest\"}\n"),
                                     Script::Silence{}, Script::Silence{}, std::string("{\"status\":\"success\"}\n")});
    CHECK(pulled.end == PullEnd::success);
    CHECK(pulled.events.size() == 5);
    CHECK(pulled.stages() == std::vector{Stage::silence, Stage::resolving, Stage::silence, Stage::other});
}

TEST_CASE("a sink that wants no more ends the pull") {
    Replay client(capture("0.32.15", "pull-fresh-fast"), 1U << 20);
    const Pulled pulled = pull(client, 5);
    CHECK(pulled.end == PullEnd::dropped);
    CHECK(pulled.events.size() == 5);

    Script last(
        {.status = 200, .steps = {std::string(R"({"status":"pulling manifest"})")}}); // in the line without an end
    CHECK(pull(last, 1).end == PullEnd::dropped);
}

TEST_CASE("what a sink throws comes out of pull") {
    struct Mine {};
    Script client({.status = 200, .steps = {good}});
    CHECK_THROWS_AS(
        connect(client, address)->pull(name, Transport::https, [](const PullEvent&) -> Flow { throw Mine{}; }, {}),
        Mine);
}

TEST_CASE("a line may be megabytes long") {
    std::string line = R"({"status":"pulling manifest","padding":")" + std::string(5'000'000, 'x') + "\"}\n";
    const Pulled pulled =
        pull_text({line.substr(0, 70'000), line.substr(70'000), std::string("{\"status\":\"success\"}")});
    CHECK(pulled.end == PullEnd::success);
}

TEST_CASE("a pull that a server or a proxy refuses") {
    struct Row {
        int status;
        std::string body;
        Kind kind;
    };
    const auto row = GENERATE(values<Row>({
        {400, R"({"error":"invalid model name"})", Kind::usage},
        {500, R"({"error":"pull model manifest: file does not exist"})", Kind::not_found},
        {500, R"({"error":"max retries exceeded: EOF"})", Kind::unreachable},
        {403, "", Kind::forbidden},
        {404, "404 page not found", Kind::protocol},
        {503, "", Kind::busy},
        {429, "slow down", Kind::busy},
        {502, "<html>", Kind::unreachable},
        {302, "", Kind::protocol},
    }));
    CAPTURE(row.status, row.body);
    const Pulled pulled = pull_text({row.body}, row.status);
    REQUIRE(pulled.error);
    CHECK(pulled.error->kind() == row.kind);
    CHECK(pulled.events.empty());
}
