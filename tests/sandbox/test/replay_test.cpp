// Replays what was recorded from real servers against the sandbox. Long because it is a table of scenarios.
#include "sandbox/test/recording.hpp"
#include "support/catch.hpp"
#include "support/sandbox.hpp"

#include "codemate/json/read.hpp"

#include <set>
#include <thread>

using namespace codemate;
using namespace codemate::test;

namespace {

// What the recorded registries held: two models of random bytes, a small one that is valid, and names that go wrong.
constexpr std::string_view catalog = R"({ "models": [
  { "name": "gguf/tiny", "seed": 7, "parameters": "148K", "quantization": "unknown", "context": 2048,
    "template": "{{ .Prompt }}", "system": "You are tiny.", "license": "MIT test licence", "params": { "num_ctx": 512 } },
  { "name": "gguf/tiny:moving", "seed": 7, "parameters": "148K", "quantization": "unknown", "context": 2048,
    "template": "{{ .Prompt }}", "system": "You are tiny.", "license": "MIT test licence", "params": { "num_ctx": 512 } },
  { "name": "mid", "layers": 0, "size": "6MB", "parameters": "7.6B", "quantization": "Q4_0",
    "template": "{{ .Prompt }}", "license": "A licence of mid" },
  { "name": "big", "layers": 0, "size": "110MB", "parameters": "7.6B", "quantization": "Q4_0",
    "template": "{{ .Prompt }}", "license": "A licence of big" },
  { "name": "corrupt", "layers": 0, "size": "6MB" }, { "name": "html" }, { "name": "locked" }, { "name": "old" },
  { "name": "boom" }, { "name": "busy" }, { "name": "noloc" }, { "name": "blob404" }, { "name": "tiny" }
] })";

const std::vector<std::string> registry_faults{
    "corrupt@corrupt",   "registry-html@html",       "registry-status=401@locked",
    "too-old@old",       "registry-status=500@boom", "registry-status=429@busy",
    "no-location@noloc", "no-location@library/tiny", "blob-missing@blob404"};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

// A server as recorded, beside the registry that it pulled from; a new one for each scenario.
class Stage {
public:
    Stage()
        : registry_({.faults = registry_faults, .catalog = directory_.write("catalog.json", catalog)}),
          server_({.more = {"--patience", "600ms"}}) {}

    const Sandbox& server() const { return server_; }

    // In the recordings these are different ports; here one registry holds all.
    std::string place(std::string text) const {
        for (const auto* port : {"5500", "5501", "5502", "5000"})
            text = replaced(text, std::string("127.0.0.1:") + port, registry_.address());
        text = replaced(text, "127.0.0.1:5599", "127.0.0.1:" + std::to_string(registry_.port() + 1));
        return replaced(text, "127.0.0.1:5999", "127.0.0.1:1"); // nothing listens there
    }
    // And back, for comparison.
    std::string clean(std::string text) const {
        text = replaced(place(text), registry_.address(), "REGISTRY");
        text = replaced(text, "127.0.0.1:" + std::to_string(registry_.port() + 1), "OTHER");
        return replaced(text, "/usr/share/ollama/.ollama/models", server_.store().string());
    }
    RawReply send(RawRequest request, const std::function<RawFlow(const RawChunk&)>& on_chunk = {}) const {
        request.headers.emplace_back("Connection", "keep-alive"); // or the server says that it closes
        if (request.body) request.body = place(*request.body);
        return exchange(server_.port(), request, on_chunk);
    }
    RawReply pull(const std::string& name, const std::function<RawFlow(const RawChunk&)>& on_chunk = {}) const {
        const std::string body = R"({"model": "127.0.0.1:5500/)" + name + R"(", "insecure": true})";
        return send({.method = "POST", .path = "/api/pull", .body = body}, on_chunk);
    }
    void must_pull(const std::string& name) const {
        const auto reply = pull(name);
        INFO(reply.body());
        REQUIRE(reply.body().ends_with("{\"status\":\"success\"}\n"));
    }
    void post(const std::string& path, const std::string& body) const {
        const auto reply = send({.method = "POST", .path = path, .body = body});
        INFO(reply.body());
        REQUIRE(reply.status == 200);
    }
    void install_mistral() const {
        must_pull("gguf/tiny");
        post("/api/copy", R"({"source": "127.0.0.1:5500/gguf/tiny", "destination": "mistral:latest"})");
    }
    void load_mistral() const {
        install_mistral();
        post("/api/generate", R"({"model": "mistral"})");
    }
    const Sandbox& registry() const { return registry_; }

private:
    TempDir directory_;
    Sandbox registry_;
    Sandbox server_;
};

void nothing(const Stage&) {}
void with_mistral(const Stage& stage) {
    stage.install_mistral();
}
void with_loaded_mistral(const Stage& stage) {
    stage.load_mistral();
}
void with_tiny(const Stage& stage) {
    stage.must_pull("gguf/tiny");
}
void with_mid(const Stage& stage) {
    stage.must_pull("library/mid");
}
void with_moving(const Stage& stage) {
    stage.must_pull("gguf/tiny:moving");
}
void with_all(const Stage& stage) {
    for (const auto* name : {"gguf/tiny", "library/mid", "library/big"})
        stage.must_pull(name);
}
void with_moved_tag(const Stage& stage) {
    stage.must_pull("gguf/tiny:moving");
    stage.registry().set_fault("moving-tag=gguf/tiny:moving");
}
void slow(const Stage& stage) {
    stage.server().set_fault("slow=10MB/s");
}
void unloaded(const Stage& stage) {
    stage.load_mistral();
    stage.post("/api/generate", R"({"model": "mistral", "keep_alive": 0})");
}

constexpr auto newer = "ollama-0.32.15";
constexpr auto older = "ollama-0.24.0";

struct Scenario {
    std::string name;
    Agreement agreement = Agreement::text;
    void (*prepare)(const Stage&) = nothing;
    std::string server = newer; // which recording it claims to be
};

const std::vector<Scenario> scenarios{
    {"root-get"},
    {"root-head"},
    {"version", Agreement::shape},
    {"unknown-path"},
    {"wrong-method"},
    {"forbidden-host"},
    {"forbidden-origin"},
    {"tags", Agreement::shape, with_all},
    {"tags-head", Agreement::shape, with_all},
    {"ps-empty"},
    {"ps-loaded", Agreement::shape, with_loaded_mistral, older},
    {"ps-after-unload", Agreement::text, unloaded, older},
    {"generate-load", Agreement::text, with_mistral, older},
    {"generate-unload", Agreement::text, with_loaded_mistral, older},
    {"generate-cold", Agreement::answer, with_mistral, older},
    {"generate-warm", Agreement::answer, with_loaded_mistral, older},
    {"generate-raw", Agreement::answer, with_loaded_mistral, older},
    {"generate-nonstream", Agreement::shape, with_loaded_mistral, older},
    {"generate-bad-option", Agreement::text, with_mistral, older},
    {"generate-bad-keepalive", Agreement::text, with_mistral},
    {"generate-notfound"},
    {"chat", Agreement::answer, with_loaded_mistral, older},
    {"embed", Agreement::shape, with_loaded_mistral, older},
    {"embed-notfound"},
    {"embeddings-legacy", Agreement::shape, with_loaded_mistral, older},
    {"show", Agreement::shape, with_mistral},
    {"show-bad-name"},
    {"show-empty"},
    {"show-notfound"},
    {"copy", Agreement::text, with_tiny},
    {"copy-bad"},
    {"copy-notfound"},
    {"delete", Agreement::text, with_moving},
    {"delete-bad-name"},
    {"delete-empty-name"},
    {"delete-notfound"},
    {"blob-head-bad"},
    {"blob-head-missing"},
    {"blob-head-found", Agreement::text, with_tiny},
    {"pull-no-body"},
    {"pull-bad-json"},
    {"pull-bad-name"},
    {"pull-wrong-type"},
    {"pull-notfound", Agreement::lines},
    {"pull-unreachable", Agreement::lines},
    {"pull-html", Agreement::lines},
    {"pull-locked", Agreement::lines},
    {"pull-old", Agreement::lines},
    {"pull-boom", Agreement::lines},
    {"pull-busy", Agreement::lines},
    {"pull-noloc", Agreement::outcome},
    {"pull-stock-registry", Agreement::outcome},
    {"pull-blob404", Agreement::events},
    {"pull-corrupt", Agreement::events, slow},
    {"pull-stream-false"},
    {"pull-stream-false-notfound"},
    {"pull-tiny", Agreement::lines, with_tiny},
    {"pull-cached", Agreement::lines, with_mid},
    {"pull-moving-first", Agreement::lines, with_tiny},
    {"pull-moving-second", Agreement::events, with_moved_tag},
    {"pull-fresh-fast", Agreement::events},
    {"pull-fresh-slow", Agreement::events, slow},
};

// Where the two recorded servers differ, and what the sandbox does then.
struct Difference {
    std::string scenario, what;
};
const std::vector<Difference> differences{
    {"show-notfound", "0.32.15 names the model with its tag; so does the sandbox"},
    {"tags", "0.32.15 tells capabilities, context and embedding length; so does the sandbox"},
    {"tags-head", "more models were installed on 0.24.0 when it was asked: no length is told beyond 2048 bytes"},
};

bool is_listed(const std::string& scenario) {
    for (const auto& each : differences)
        if (each.scenario == scenario) return true;
    return false;
}

} // namespace

TEST_CASE("what is recorded is what the sandbox answers") {
    const auto scenario = GENERATE(from_range(scenarios));
    const auto recorded = find_recording(scenario.server, scenario.name);
    INFO(scenario.name);
    REQUIRE(recorded);
    const Stage stage;
    scenario.prepare(stage);
    auto request = recorded->request;
    if (scenario.name == "blob-head-found") { // any that is there
        const auto first = *std::filesystem::directory_iterator(stage.server().store() / "blobs");
        request.path = "/api/blobs/" + replaced(first.path().filename().string(), "-", ":");
    }
    const auto reply = stage.send(request);
    const auto clean = [&](std::string text) { return stage.clean(std::move(text)); };
    CHECK(reply.end == RawReply::End::complete);
    CHECK(form_of(reply, scenario.agreement, clean) == form_of(recorded->reply, scenario.agreement, clean));
}

TEST_CASE("the recorded servers differ where the table says, and nowhere else") {
    const auto same = [](std::string text) { return text; };
    for (const auto& scenario : scenarios) {
        const auto first = find_recording(newer, scenario.name), second = find_recording(older, scenario.name);
        if (!first || !second) continue;
        INFO(scenario.name);
        const bool equal =
            form_of(first->reply, scenario.agreement, same) == form_of(second->reply, scenario.agreement, same);
        CHECK(equal == !is_listed(scenario.name));
    }
}

namespace {

std::uint64_t completed_in(const std::string& line) {
    const auto document = json::read(line, "the line");
    return json::Cursor(document.root, "the line").unsigned_or("completed", 0);
}

// Drops the connection once `completed` has reached `enough`.
std::uint64_t interrupted_pull(const Stage& stage, const std::string& name, std::uint64_t enough) {
    std::uint64_t last = 0;
    const auto reply = stage.pull(name, [&](const RawChunk& chunk) {
        last = completed_in(chunk.text);
        return last >= enough ? RawFlow::drop : RawFlow::go_on;
    });
    REQUIRE(reply.end == RawReply::End::dropped);
    return last;
}

// Right after a client has gone, its download is still being put away: the real server answers "context canceled" then.
RawReply patient_pull(const Stage& stage, const std::string& name) {
    while (true) {
        auto reply = stage.pull(name);
        if (reply.body().find("context canceled") == std::string::npos) return reply;
    }
}

} // namespace

TEST_CASE("an interrupted pull is resumed as recorded") {
    const auto unchanged = [](std::string text) { return text; };
    const Stage stage;
    slow(stage);
    const auto got = interrupted_pull(stage, "library/mid", 1'000'000);
    const auto reply = patient_pull(stage, "library/mid");
    const auto recorded = find_recording(newer, "pull-resumed");
    REQUIRE(recorded);
    CHECK(form_of(reply, Agreement::events, unchanged) == form_of(recorded->reply, Agreement::events, unchanged));
    const auto lines = lines_of(reply);
    CHECK(completed_in(lines.at(1)) >= got);
    CHECK(completed_in(lines_of(recorded->reply).at(1)) > 0);
}

TEST_CASE("two pulls of one model share the download, as recorded") {
    const auto unchanged = [](std::string text) { return text; };
    const Stage stage;
    slow(stage);
    RawReply second;
    std::thread other;
    std::uint64_t at_start = 0;
    const auto first = stage.pull("library/mid", [&](const RawChunk& chunk) {
        if (!other.joinable() && completed_in(chunk.text) > 500'000) {
            at_start = completed_in(chunk.text);
            other = std::thread([&] { second = stage.pull("library/mid"); });
        }
        return RawFlow::go_on;
    });
    REQUIRE(other.joinable());
    other.join();
    for (const auto& [reply, name] :
         {std::pair(&first, "pull-concurrent-first"), {&second, "pull-concurrent-second"}}) {
        const auto recorded = find_recording(newer, name);
        REQUIRE(recorded);
        CHECK(form_of(*reply, Agreement::events, unchanged) == form_of(recorded->reply, Agreement::events, unchanged));
    }
    CHECK(completed_in(lines_of(second).at(1)) > at_start);
}

TEST_CASE("events come every 60 ms, as recorded") {
    const auto gaps = [](const RawReply& reply) {
        std::vector<std::int64_t> result;
        for (std::size_t i = 2; i < reply.chunks.size(); ++i)
            if (reply.chunks[i].text.find("completed") != std::string::npos)
                result.push_back((reply.chunks[i].at - reply.chunks[i - 1].at).count());
        std::ranges::sort(result);
        return result;
    };
    const auto recorded = find_recording(newer, "pull-fresh-slow");
    REQUIRE(recorded);
    const auto there = gaps(recorded->reply);
    CHECK(there[there.size() / 2] == 60);
    const Stage stage;
    slow(stage);
    const auto here = gaps(stage.pull("library/mid"));
    REQUIRE(here.size() >= 5); // 600 ms
    CHECK(here[here.size() / 2] >= 50);
    CHECK(here[here.size() / 2] <= 100);
}
