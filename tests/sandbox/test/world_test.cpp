// The server's and the registry's answers, without a socket.
#include "sandbox/api.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/world.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/json/read.hpp"

#include <atomic>
#include <thread>

using namespace codemate;
using namespace codemate::sandbox;
namespace fs = std::filesystem;

namespace {

class Text final : public Sink {
public:
    bool write(std::string_view bytes) override {
        text += bytes;
        return !until || !until(text);
    }
    std::string text;
    std::function<bool(const std::string&)> until; // then it closes
};

// An outside world that fails as it is told.
class NoNetwork final : public Fetch {
public:
    FetchReply send(const FetchRequest&, const Take&, const Stop&) override {
        throw PullFailure{"dial tcp 10.0.0.1:80: connect: no route to host"};
    }
};

constexpr std::string_view small_catalog = R"({ "models": [
  { "name": "one", "license": "shared", "context": 8192, "template": "{{ .Prompt }}", "params": { "num_ctx": 2048 } },
  { "name": "two", "license": "shared" }, { "name": "embed", "embedding": true },
  { "name": "parts", "layers": 0, "size": "110MB" } ] })";

Waits quick() {
    return {.event = std::chrono::milliseconds(5),
            .patience = std::chrono::milliseconds(300),
            .retry = std::chrono::milliseconds(1)};
}

struct Fixture {
    test::TempDir directory;
    World world{{.store = directory.path(),
                 .catalog = parse_catalog(small_catalog, "the test"),
                 .waits = quick(),
                 .outside = [] { return std::make_shared<NoNetwork>(); }}};

    Reply ask(const std::string& method, const std::string& path, const std::string& body = "") {
        return api(world, {.method = method, .path = path, .body = body});
    }
    // All lines of a pull; the connection closes where `until` says so. Also from other threads: nothing is asserted
    // here.
    struct Pulled {
        std::string lines;
        StreamEnd end = StreamEnd::complete;
    };
    Pulled pull_to_end(const std::string& name, const std::function<bool(const std::string&)>& until = {}) {
        const auto reply = ask("POST", "/api/pull", R"({"insecure":true,"model":")" + name + "\"}");
        if (!reply.stream) return {reply.body};
        Text sink;
        sink.until = until;
        const auto end = reply.stream(sink);
        return {sink.text, end};
    }
    std::string pull(const std::string& name, const std::function<bool(const std::string&)>& until = {}) {
        return pull_to_end(name, until).lines;
    }
    void must_pull(const std::string& name) { REQUIRE(pull(name).ends_with("{\"status\":\"success\"}\n")); }
    json::Value value(const Reply& reply) const { return json::read(reply.body, "the reply").root; }
    std::vector<std::string> installed() {
        std::vector<std::string> names;
        for (const auto& each : world.store.manifests())
            names.push_back(each.name.display());
        return names;
    }
    std::vector<std::string> partial_files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(directory / "blobs"))
            if (entry.path().string().find("partial") != std::string::npos) names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }
    void fault(const std::string& text) { world.faults.set(Fault::parse(text)); }
};

} // namespace

TEST_CASE_METHOD(Fixture, "a pull installs true blobs") {
    must_pull("one");
    CHECK(installed() == std::vector<std::string>{"one:latest"});
    for (const auto& entry : fs::directory_iterator(directory / "blobs"))
        CHECK(entry.path().filename() == "sha256-" + Digest::of(test::read_text(entry.path())).hex());
    const auto listed = value(ask("GET", "/api/tags"));
    const auto& model = listed.find("models")->elements()[0];
    CHECK(*model.find("digest") == json::Value(world.store.manifest(*Name::parse("one")).digest));
    CHECK(model.find("details")->find("context_length")->unsigned_integer() == 8192);
}

// As 0.32.15 does it.
TEST_CASE_METHOD(Fixture, "a manifest that was damaged and came back is listed with its new time") {
    must_pull("one");
    const auto time = [&] {
        const auto listed = value(ask("GET", "/api/tags"));
        const auto models = listed.find("models")->elements();
        return models.empty() ? "" : *models[0].find("modified_at")->string();
    };
    const std::string before = time();
    const fs::path manifest = directory / "manifests/registry.ollama.ai/library/one/latest";
    const std::string whole = test::read_text(manifest);
    directory.write("manifests/registry.ollama.ai/library/one/latest", "{");
    CHECK(time().empty());
    directory.write("manifests/registry.ollama.ai/library/one/latest", whole);
    CHECK_FALSE(time().empty());
    CHECK(time() != before);
}

TEST_CASE_METHOD(Fixture, "shared blobs are fetched once and stay while they are needed") {
    must_pull("one");
    const auto lines = pull("two");
    CHECK(lines.find("\"total\":6,\"completed\":6") != std::string::npos); // the licence was there
    CHECK(ask("DELETE", "/api/delete", R"({"model":"one"})").status == 200);
    must_pull("two");
    CHECK(ask("POST", "/api/show", R"({"model":"two"})").status == 200);
}

TEST_CASE_METHOD(Fixture, "names that cannot be pulled") {
    const auto failure = [&](const std::string& name) { return pull(name).substr(30); };
    CHECK(failure("nope") == "{\"error\":\"pull model manifest: file does not exist\"}\n");
    CHECK(failure("10.0.0.1:80/library/one") ==
          "{\"error\":\"pull model manifest: Get \\\"http://10.0.0.1:80/v2/library/one/manifests/latest\\\": dial tcp "
          "10.0.0.1:80: connect: no route to host\"}\n");
    const auto reply = ask("POST", "/api/pull", R"({"model":"hf.co/a/b","stream":false})");
    CHECK(reply.status == 500);
    CHECK(reply.body.find("no such host") != std::string::npos); // HTTPS to the world is not even tried
}

TEST_CASE_METHOD(Fixture, "a tag that moves takes its unused layers with it") {
    must_pull("one");
    const auto former = world.store.manifest(*Name::parse("one"));
    fault("moving-tag=one");
    const auto lines = pull("one");
    CHECK(lines.find("removing unused layers") != std::string::npos);
    const auto now = world.store.manifest(*Name::parse("one"));
    CHECK(now.digest != former.digest);
    CHECK_FALSE(world.store.blob_size(former.layers[0].digest));
    CHECK(world.store.blob_size(former.layer("license")->digest));
    // No tag serves the former image any more, but its blobs are there.
    CHECK(registry(world, {.method = "HEAD", .path = "/v2/library/one/blobs/" + former.layers[0].digest}).status ==
          200);
}

TEST_CASE_METHOD(Fixture, "faults of a pull") {
    SECTION("digest-mismatch") {
        fault("digest-mismatch#1");
        CHECK(pull("one").find("digest mismatch, file must be downloaded again: want sha256:") != std::string::npos);
        must_pull("one");
    }
    SECTION("no-space") {
        fault("no-space");
        CHECK(pull("one").find("-partial: no space left on device\"}") != std::string::npos);
        CHECK(installed().empty());
    }
    SECTION("cut-line") {
        fault("cut-line");
        const auto [lines, end] = pull_to_end("one");
        CHECK(end == StreamEnd::cut);
        CHECK_FALSE(lines.ends_with('\n'));
        CHECK(installed().empty());
    }
    SECTION("cut-before-success") {
        fault("cut-before-success");
        const auto [lines, end] = pull_to_end("one");
        CHECK(end == StreamEnd::complete);
        CHECK(lines.ends_with("{\"status\":\"writing manifest\"}\n"));
        CHECK(installed().size() == 1);
    }
    SECTION("slow") {
        fault("slow=5MB/s"); // 0.6 MB
        const auto begun = std::chrono::steady_clock::now();
        const auto lines = pull("one");
        CHECK(std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(100));
        CHECK(std::ranges::count(lines, '\n') > 5);
    }
    SECTION("stall: events go on without bytes until it is cleared") {
        fault("stall");
        int events = 0;
        const auto lines = pull("one", [&](const std::string&) {
            if (++events == 20) world.faults.clear("stall");
            return false;
        });
        CHECK(lines.ends_with("{\"status\":\"success\"}\n"));
    }
    SECTION("silent-stall: not even events") {
        fault("silent-stall");
        std::string lines;
        std::atomic<int> events = 0;
        std::thread client([&] {
            lines = pull("one", [&](const std::string&) {
                ++events;
                return false;
            });
        });
        bool silent = false;
        for (int i = 0; i < 100 && !silent; ++i) { // twenty events each time, if there were any
            const int before = events;
            wait_for(std::chrono::milliseconds(100), {});
            silent = events > 0 && events == before;
        }
        CHECK(silent);
        world.faults.clear("silent-stall");
        client.join();
        CHECK(lines.ends_with("{\"status\":\"success\"}\n"));
    }
}

TEST_CASE_METHOD(Fixture, "a blob of several parts is resumed where its records say") {
    const auto& image = world.catalog.image(*world.catalog.find(*Name::parse("parts")), Version::served);
    const std::string blob = "blobs/sha256-" + image.layers[0].digest.substr(7);
    const auto completed = [](const std::string& text) -> std::uint64_t {
        const auto at = text.find("ompleted\":");
        return at == std::string::npos ? 0 : std::stoull(text.substr(at + 10));
    };
    fault("slow=100MB/s");
    pull("parts", [&](const std::string& lines) { return completed(lines) > 0; });
    // What is in flight is put away behind the back of whoever has gone.
    const auto recorded = [&] {
        return partial_files().size() == 3 ? completed(test::read_text(directory / (blob + "-partial-0"))) : 0;
    };
    for (int patience = 0; patience < 60'000 && recorded() == 0; ++patience)
        wait_for(std::chrono::milliseconds(1), {});
    CHECK(partial_files().size() == 3); // the data, and parts of 100 and 10 MB
    CHECK(fs::file_size(directory / (blob + "-partial")) == 110'000'000);
    const auto first = recorded();
    REQUIRE(first > 0);

    world.faults.clear_all();
    std::string lines;
    do
        lines = pull("parts");
    while (lines.find("context canceled") != std::string::npos);
    CHECK(completed(lines) >= first);
    CHECK(lines.ends_with("{\"status\":\"success\"}\n"));
    CHECK(partial_files().empty());
}

TEST_CASE_METHOD(Fixture, "an empty record blocks its blob, as on a real server") {
    const auto& image = world.catalog.image(*world.catalog.find(*Name::parse("one")), Version::served);
    directory.write("blobs/sha256-" + image.layers[0].digest.substr(7) + "-partial-0", "");
    CHECK(pull("one").ends_with("{\"error\":\"EOF\"}\n"));
}

TEST_CASE_METHOD(Fixture, "two pulls share one download, and the last to leave ends it") {
    fault("stall");
    std::atomic<bool> both = false;
    std::string second;
    std::thread other([&] {
        second = pull("one", [&](const std::string& lines) {
            if (lines.find("completed") != std::string::npos) both = true;
            return both.load();
        });
    });
    const auto first = pull("one", [&](const std::string& lines) {
        if (both) world.faults.clear("stall"); // the other has gone: this one still gets its bytes
        return lines.find("never") != std::string::npos;
    });
    other.join();
    CHECK(first.ends_with("{\"status\":\"success\"}\n"));
    CHECK(second.find("success") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "letter case is folded, local means latest") {
    must_pull("one");
    CHECK(ask("POST", "/api/show", R"({"model":"ONE"})").status == 200);
    CHECK(ask("POST", "/api/copy", R"({"source":"One","destination":"foo:local"})").status == 200);
    CHECK(ask("POST", "/api/copy", R"({"source":"one","destination":"foo"})").status == 200);
    CHECK(ask("DELETE", "/api/delete", R"({"model":"foo:local"})").status == 200);
    CHECK(installed() == std::vector<std::string>{"foo:local", "one:latest"});
}

TEST_CASE_METHOD(Fixture, "what is loaded") {
    must_pull("one");
    must_pull("embed");
    const auto running = [&] { return value(ask("GET", "/api/ps")).find("models")->elements().size(); };
    CHECK(ask("POST", "/api/generate", R"({"model":"one"})").status == 200);
    CHECK(running() == 1);
    SECTION("shows the context that it was loaded with") {
        const auto ps = value(ask("GET", "/api/ps"));
        CHECK(ps.find("models")->elements()[0].find("context_length")->unsigned_integer() == 2048);
    }
    SECTION("stays when it is deleted, goes when it is unloaded") {
        CHECK(ask("DELETE", "/api/delete", R"({"model":"one"})").status == 200);
        CHECK(running() == 1);
        CHECK(ask("POST", "/api/generate", R"({"model":"one","keep_alive":0})").status == 404);
        must_pull("one");
        CHECK(ask("POST", "/api/generate", R"({"model":"one","keep_alive":0})").status == 200);
        CHECK(running() == 0);
    }
    SECTION("is one runner for a copy with the same weights, under the first name") {
        ask("POST", "/api/copy", R"({"source":"one","destination":"copy"})");
        CHECK(ask("POST", "/api/generate", R"({"model":"copy"})").status == 200);
        CHECK(running() == 1);
    }
    SECTION("for ever is 292 years") {
        ask("POST", "/api/generate", R"({"model":"one","keep_alive":-1})");
        CHECK(ask("GET", "/api/ps").body.find("\"expires_at\":\"23") != std::string::npos);
    }
    SECTION("an embedding model is not loaded this way") {
        const auto reply = ask("POST", "/api/generate", R"({"model":"embed"})");
        CHECK(reply.status == 400);
        CHECK(reply.body == R"({"error":"\"embed\" does not support generate"})");
    }
}

TEST_CASE_METHOD(Fixture, "blobs can be brought by hand") {
    const auto digest = Digest::of("bytes").text();
    CHECK(ask("HEAD", "/api/blobs/" + digest).status == 404);
    CHECK(ask("POST", "/api/blobs/" + digest, "bytes").status == 201);
    CHECK(ask("POST", "/api/blobs/" + digest, "bytes").status == 200);
    CHECK(ask("HEAD", "/api/blobs/" + digest).status == 200);
    const auto other = Digest::of("other").text();
    CHECK(ask("POST", "/api/blobs/" + other, "wrong").body == R"({"error":"digest mismatch, expected \")" + other +
                                                                  R"(\", got \")" + Digest::of("wrong").text() +
                                                                  R"(\""})");
    CHECK(world.store.blob_size(Digest::of("wrong").text())); // an orphan
}

TEST_CASE_METHOD(Fixture, "faults of the API") {
    struct Case {
        std::string fault;
        int status;
        std::string body;
    };
    for (const auto& [text, status, body] : std::vector<Case>{
             {"status=502", 502, R"({"error":"bad gateway"})"},
             {"queue-full", 503, R"({"error":"server busy, please try again.  maximum pending requests exceeded"})"},
             {"retry-after=7", 429, R"({"error":"too many requests"})"},
             {"forbidden", 403, ""},
         }) {
        INFO(text);
        world.faults.clear_all();
        fault(text);
        const auto reply = ask("GET", "/api/tags");
        CHECK(reply.status == status);
        CHECK(reply.body == body);
        CHECK(ask("GET", "/sandbox/faults").status == 200); // the way out is never barred
    }
    world.faults.clear_all();
    fault("proxy=413@/api/copy");
    CHECK(ask("POST", "/api/copy", "{}").status == 413);
    CHECK(ask("POST", "/api/copy", "{}").body.starts_with("<html>"));
    fault("html@/api/show");
    CHECK(ask("GET", "/api/tags").body.starts_with("{"));
    CHECK(ask("POST", "/api/show", "{}").body.starts_with("<!DOCTYPE html>"));
    fault("hang");
    CHECK(ask("GET", "/api/tags").hang);
}

TEST_CASE_METHOD(Fixture, "faults are switched by requests") {
    CHECK(ask("POST", "/sandbox/faults", "status=500@/api/ps#3").body == R"({"faults":["status=500@/api/ps#3"]})");
    CHECK(ask("GET", "/api/ps").status == 500);
    CHECK(ask("PUT", "/sandbox/faults/slow", "1MB/s").body == R"({"faults":["status=500@/api/ps#2","slow=1MB/s"]})");
    CHECK(ask("PUT", "/sandbox/faults/stall").status == 200);
    CHECK(ask("DELETE", "/sandbox/faults/status").status == 200);
    CHECK(ask("DELETE", "/sandbox/faults/status").status == 404);
    CHECK(ask("POST", "/sandbox/faults", "nonsense").status == 400);
    CHECK(ask("DELETE", "/sandbox/faults").body == R"({"faults":[]})");
}

TEST_CASE_METHOD(Fixture, "the registry") {
    const auto get = [&](const std::string& method, const std::string& path,
                         Headers headers = {{"Host", "127.0.0.1:5"}}) {
        return registry(world, {.method = method, .path = path, .headers = std::move(headers)});
    };
    const auto header = [](const Reply& reply, const std::string& name) -> std::string {
        for (const auto& [key, text] : reply.headers)
            if (key == name) return text;
        return "";
    };
    const auto& image = world.catalog.image(*world.catalog.find(*Name::parse("one")), Version::served);
    const std::string manifest = "/v2/library/one/manifests/latest";
    const std::string blob = "/v2/library/one/blobs/" + image.layers[0].digest;

    SECTION("gives manifests, with their digest") {
        CHECK(get("GET", manifest).body == image.manifest);
        CHECK(header(get("HEAD", manifest), "ollama-content-digest") == image.digest);
        CHECK(get("GET", "/v2/library/nope/manifests/latest").status == 404);
        CHECK(get("GET", "/v2/").status == 404);
    }
    SECTION("sends for blobs to another host name, where the server has to stop") {
        const auto reply = get("GET", blob);
        CHECK(reply.status == 307);
        CHECK(header(reply, "Location").starts_with("http://localhost:5/"));
        CHECK(header(get("GET", blob, {{"Host", "localhost:5"}}), "Location").starts_with("http://127.0.0.1:5/"));
        const auto elsewhere = get("GET", blob, {{"Host", "192.168.0.7:5"}});
        CHECK(elsewhere.status == 200);
        CHECK(header(elsewhere, "Location").starts_with("/"));
        CHECK(elsewhere.content->size == image.layers[0].content.size);
        CHECK(get("HEAD", blob).content->size == image.layers[0].content.size);
    }
    SECTION("gives parts of blobs") {
        const auto location = header(get("GET", blob), "Location").substr(std::string("http://localhost:5").size());
        const auto reply = get("GET", location, {{"Range", "bytes=4-9"}});
        CHECK(reply.status == 206);
        CHECK(header(reply, "Content-Range") == "bytes 4-9/" + std::to_string(image.layers[0].content.size));
        CHECK(reply.content->read(0, 6) == image.layers[0].content.read(4, 6));
    }
    SECTION("has faults of its own") {
        for (const auto& [text, status] : std::vector<std::pair<std::string, int>>{{"registry-status=500", 500},
                                                                                   {"registry-retry-after=3", 429},
                                                                                   {"too-old", 412},
                                                                                   {"registry-html", 200}}) {
            world.faults.clear_all();
            fault(text);
            CHECK(get("GET", manifest).status == status);
        }
        world.faults.clear_all();
        fault("no-digest-header");
        fault("no-head");
        CHECK(header(get("GET", manifest), "ollama-content-digest").empty());
        CHECK(get("HEAD", manifest).status == 405);
        fault("no-location");
        CHECK(get("GET", blob).status == 200);
        CHECK(header(get("GET", blob), "Location").empty());
        world.faults.clear_all();
        fault("corrupt");
        CHECK(pull("one").find("digest mismatch") != std::string::npos); // its own server pulls from it, too
    }
}
