// Who runs when several want the same model, and what vectors and conversations are like.
#include "sandbox/api.hpp"
#include "sandbox/world.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/json/read.hpp"

#include <atomic>
#include <optional>
#include <thread>

using namespace codemate;
using namespace codemate::sandbox;

namespace {

const auto never = [] { return false; };

// Somebody who waits for a turn, in a thread.
class Waiting {
public:
    Waiting(Runners& runners, Runners::Limits limits, std::atomic<int>& order)
        : thread_([this, &runners, limits, &order] {
              turn_.emplace(runners.turn("w", limits, never, {}));
              place_ = ++order;
          }) {}
    int place() { // in the order of turns
        thread_.join();
        turn_.reset();
        return place_;
    }

private:
    std::optional<Runners::Turn> turn_;
    int place_ = 0;
    std::thread thread_;
};

void until_queued(Runners& runners, const std::string& weights, std::size_t count) {
    while (runners.queued(weights) < count)
        std::this_thread::yield();
}

struct Fixture {
    test::TempDir directory;
    World world{
        {.store = directory.path(),
         .catalog = parse_catalog(R"({ "models": [ { "name": "one", "context": 8192, "template": "{{ .Prompt }}" },
                                             { "name": "embed", "embedding": true, "context": 2048 } ] })",
                                  "the test"),
         .waits = {.event = std::chrono::milliseconds(5)},
         .outside = [] { return std::shared_ptr<Fetch>(); }}};

    Fixture() {
        for (const char* name : {"one", "embed"})
            text_of(ask("/api/pull", std::string(R"({"insecure":true,"model":")") + name + "\"}"));
        world.faults.set(Fault::parse("load-time=3ms"));
    }
    Reply ask(const std::string& path, const std::string& body) {
        return api(world, {.method = "POST", .path = path, .body = body});
    }
    static std::string text_of(const Reply& reply) {
        struct Text final : Sink {
            bool write(std::string_view bytes) override {
                text += bytes;
                return true;
            }
            std::string text;
        } sink;
        if (!reply.stream) return reply.body;
        reply.stream(sink);
        return sink.text;
    }
    json::Value answer(const std::string& path, const std::string& body) {
        const std::string text = text_of(ask(path, body));
        const auto end = text.find_last_not_of('\n');
        const auto begin = text.rfind('\n', end);
        return json::read(text.substr(begin == std::string::npos ? 0 : begin + 1), "the answer").root;
    }
    void fault(const std::string& text) { world.faults.set(Fault::parse(text)); }
    std::size_t running() { return world.running.list(FileTime{}).size(); }
};

std::int64_t number(const json::Value& value, const char* key) {
    const auto* found = value.find(key);
    return found == nullptr ? -1 : found->integer().value_or(-1);
}

} // namespace

TEST_CASE("so many run at once as there are places, the others queue, and one more is too many") {
    Runners runners;
    const Runners::Limits limits{.parallel = 2, .queue = 2};
    auto first = std::make_optional(runners.turn("w", limits, never, {}));
    auto second = std::make_optional(runners.turn("w", limits, never, {}));
    CHECK(&**first != &**second);
    CHECK_FALSE(second->waited());
    runners.turn("another model", limits, never, {}); // has places of its own
    std::atomic<int> order{0};
    Waiting third(runners, limits, order);
    until_queued(runners, "w", 1);
    Waiting fourth(runners, limits, order);
    until_queued(runners, "w", 2);
    CHECK_THROWS_AS(runners.turn("w", limits, never, {}), Runners::QueueFull);
    CHECK(order == 0);
    first.reset();
    CHECK(third.place() == 1); // first come, first served
    second.reset();
    CHECK(fourth.place() == 2);
}

TEST_CASE("who has gone gets no turn, and a server that stops gives none") {
    Runners runners;
    const auto taken = runners.turn("w", {}, never, {});
    CHECK_THROWS_AS(runners.turn("w", {}, [] { return true; }, {}), Runners::Abandoned);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(runners.turn("w", {}, never, stop.get_token()), PullCanceled);
}

TEST_CASE_METHOD(Fixture, "a full queue is a 503") {
    fault("queue=1");
    const auto weights = world.store.manifest(*Name::parse("one")).layer("model")->digest;
    const auto holder = world.runners.turn(weights, {.parallel = 1, .queue = 1}, never, {});
    std::thread waits([this] {
        try {
            ask("/api/generate", R"({"model":"one","prompt":"x"})");
        } catch (const PullCanceled&) { // the end
        }
    });
    until_queued(world.runners, weights, 1);
    const auto reply = ask("/api/chat", R"({"model":"one","messages":[{"role":"user","content":"x"}]})");
    CHECK(reply.status == 503);
    CHECK(reply.body == R"({"error":"server busy, please try again.  maximum pending requests exceeded"})");
    world.end();
    waits.join();
}

TEST_CASE_METHOD(Fixture, "vectors: as long as the model says, the same for the same text, with figures") {
    fault("prefill-rate=1000");
    const auto reply = answer("/api/embed", R"({"model":"embed","input":["a b","a b","c"]})");
    const auto vectors = reply.find("embeddings")->elements();
    REQUIRE(vectors.size() == 3);
    CHECK(vectors[0].elements().size() == 64);
    CHECK(vectors[0] == vectors[1]);
    CHECK_FALSE(vectors[0] == vectors[2]);
    double square = 0;
    for (const auto& each : vectors[2].elements())
        square += *each.number() * *each.number();
    CHECK(square == Approx(1).epsilon(1e-4));
    CHECK(number(reply, "load_duration") == 3'000'000);
    CHECK(number(reply, "prompt_eval_count") == 3 + 3 + 2);
    CHECK(number(reply, "total_duration") == 3'000'000 + 8'000'000);
    const auto warm = answer("/api/embed", R"({"model":"embed","input":"a b"})");
    CHECK(number(warm, "total_duration") - number(warm, "load_duration") == 3'000'000); // no cache
    CHECK(answer("/api/embeddings", R"({"model":"embed","prompt":"c"})").find("embedding")->elements().size() == 64);
}

TEST_CASE_METHOD(Fixture, "vectors: what goes wrong") {
    CHECK(text_of(ask("/api/embed", R"({"model":"nope","input":"x"})")) ==
          R"({"error":"model \"nope\" not found, try pulling it first"})");
    CHECK(ask("/api/embed", R"({"model":"embed","input":3})").status == 400);
    CHECK(running() == 0);
    CHECK(text_of(ask("/api/embed", R"({"model":"embed","input":""})")) == R"({"model":"embed","embeddings":[]})");
    CHECK(running() == 1); // nothing only loads
    fault("no-metrics#1");
    CHECK(answer("/api/embed", R"({"model":"embed","input":"x"})").find("prompt_eval_count") == nullptr);
    fault("generate-error@/api/embed#1");
    CHECK(ask("/api/embed", R"({"model":"embed","input":"x"})").status == 400);
    fault("reload#1");
    CHECK(number(answer("/api/embed", R"({"model":"embed","input":"x"})"), "load_duration") == 3'000'000);
}

TEST_CASE_METHOD(Fixture, "conversations") {
    const std::string begin =
        R"({"model":"one","options":{"num_predict":4},"messages":[{"role":"user","content":"a b"}])";
    fault("decode-rate=1000");
    const auto last = answer("/api/chat", begin + "}");
    CHECK(number(last, "eval_count") == 4);
    CHECK(number(last, "eval_duration") == 4'000'000);
    CHECK(number(last, "prompt_eval_count") == 3);
    CHECK(last.find("context") == nullptr);
    CHECK(*last.find("message")->find("role")->string() == "assistant");
    const auto whole = answer("/api/chat", begin + R"(,"stream":false})");
    CHECK(whole.find("message")->find("content")->string()->starts_with(" w"));
    fault("thinking@/api/chat#1");
    CHECK(text_of(ask("/api/chat", begin + "}")).find(R"("content":"","thinking":" w)") != std::string::npos);
    fault("no-final@/api/generate"); // of another path
    CHECK(answer("/api/chat", begin + "}").find("done_reason") != nullptr);
    CHECK(text_of(ask("/api/chat", R"({"model":"one","keep_alive":0})")).find(R"("done_reason":"unload")") !=
          std::string::npos);
    CHECK(running() == 0);
    CHECK(text_of(ask("/api/chat", R"({"model":"one"})")).find(R"("done_reason":"load")") != std::string::npos);
    CHECK(ask("/api/chat", R"({"model":""})").body == R"({"error":"model is required"})");
    CHECK(ask("/api/chat", R"({"model":"embed"})").body == R"({"error":"\"embed\" does not support chat"})");
}
