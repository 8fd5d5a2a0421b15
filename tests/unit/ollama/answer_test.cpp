#include "support/catch.hpp"
#include "support/http_doubles.hpp"

#include "codemate/ollama/server.hpp"

using namespace codemate;
using namespace codemate::ollama;
using test::Replay;
using test::Script;

namespace {

const Prompt prompt{.model = ModelName::parse("mistral"),
                    .text = "the code mate model",
                    .load = {.num_ctx = 512, .keep_alive = KeepAlive{std::chrono::milliseconds(1500)}},
                    .num_predict = 24,
                    .seed = 1};

struct Answer {
    Generated figures;
    std::string text, thinking;
    std::size_t silences = 0;
};

Answer ask(http::Client& client) {
    Answer answer;
    answer.figures = connect(client, http::Url::parse("http://server:1"))
                         ->generate(prompt,
                                    [&](const Chunk& chunk) {
                                        answer.text += chunk.text;
                                        answer.thinking += chunk.thinking;
                                        if (chunk.silence) ++answer.silences;
                                        return Flow::go_on;
                                    },
                                    {});
    return answer;
}

Answer ask(std::vector<Script::Step> steps, int status = 200) {
    Script script(Script::Answer{status, std::move(steps)});
    return ask(script);
}

std::string capture(const char* scenario) {
    return std::string(CODEMATE_TEST_DATA) + "/captures/ollama-0.24.0/" + scenario + ".json";
}

Error error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return {Kind::defect, "no error"};
}

} // namespace

TEST_CASE("recorded answers, cut anywhere") {
    const auto piece = GENERATE(values<std::size_t>({0, 1, 7, 1000}));
    Replay warm(capture("generate-warm"), piece);
    const Answer answer = ask(warm);
    CHECK(answer.figures.end == Generated::End::complete);
    CHECK(answer.figures.done_reason == "length");
    CHECK(answer.figures.tokens == 24U);
    CHECK(answer.figures.prompt_tokens == 21U);
    CHECK(answer.figures.prompt_eval.has_value());
    CHECK(answer.text.find(" w175 w180 w219") != std::string::npos);
    Replay whole(capture("generate-nonstream"), piece); // one object without an end of line
    CHECK(ask(whole).figures.end == Generated::End::complete);
}

TEST_CASE("what is asked for") {
    Replay replay(capture("generate-warm"));
    ask(replay);
    const http::Request& request = replay.requests().front();
    CHECK(request.url.text() == "http://server:1/api/generate");
    CHECK(request.body ==
          R"({"model":"mistral:latest","options":{"num_ctx":512,"num_predict":24,"seed":1,)"
          R"("temperature":0},"keep_alive":2,"prompt":"the code mate model","raw":true,"stream":true})");
    CHECK_FALSE(request.timeout);
    CHECK(request.silence == prompt.patience);
    CHECK(request.read_pace == Duration{0});
}

TEST_CASE("an answer without its final object is told from one that broke off") {
    const std::string line = R"({"model":"m","response":"a","done":false})"
                             "\n";
    CHECK(ask({line}).figures.end == Generated::End::without_final);
    CHECK(ask({}).figures.end == Generated::End::without_final);
    CHECK(ask({R"({"done":true,"eval_count":3})"
               "\n" +
               line})
              .figures.end == Generated::End::without_final);
    CHECK(error_of([&] { ask({line + R"({"model":"m","resp)"}); }).kind() == Kind::unreachable);
}

TEST_CASE("figures that are missing, null or of another type are nothing") {
    const Generated figures =
        ask({R"({"done":true,"eval_count":0,"eval_duration":null,"load_duration":-3,"prompt_eval_count":"x"})"})
            .figures;
    CHECK(figures.end == Generated::End::complete);
    CHECK_FALSE(figures.tokens);
    CHECK_FALSE(figures.eval);
    CHECK_FALSE(figures.load);
    CHECK_FALSE(figures.prompt_tokens);
}

TEST_CASE("thinking, silence, and what is long") {
    const std::string lines = R"({"response":"","thinking":"hm","done":false})"
                              "\n"
                              R"({"response":")" +
                              std::string(200'000, 'x') + "\",\"done\":true}\n";
    const Answer answer = ask({Script::Silence{}, lines});
    CHECK(answer.thinking == "hm");
    CHECK(answer.text.size() == 200'000);
    CHECK(answer.silences == 1);
}

TEST_CASE("errors of an answer") {
    struct Case {
        int status;
        std::string text;
        Kind kind;
    };
    const auto [status, text, kind] = GENERATE(values<Case>({
        {404, "model 'mistral' not found", Kind::not_found},
        {400, R"(\"mistral\" does not support generate)", Kind::unsupported},
        {503, "server busy, please try again.  maximum pending requests exceeded", Kind::busy},
        {500, "model requires more system memory (8.4 GiB) than is available (5.2 GiB)", Kind::storage},
        {500, "llama runner process has terminated: exit status 2", Kind::failed},
        {200, "an error was encountered while running the model: unexpected EOF", Kind::failed},
        {200, "server busy, please try again.  maximum pending requests exceeded", Kind::busy},
    }));
    const Error error = error_of([&, s = status, t = text] { ask({R"({"error":")" + t + "\"}\n"}, s); });
    INFO(error.message());
    CHECK(error.kind() == kind);
}

TEST_CASE("loading and unloading are one object") {
    Script script(Script::Answer{200, {R"({"model":"m","response":"","done":true,"done_reason":"load"})"}});
    const auto server = connect(script, http::Url::parse("http://server:1"));
    server->load(prompt.model, {.keep_alive = KeepAlive{}}, {});
    server->load(prompt.model, {.num_ctx = 7}, {});
    server->unload(prompt.model, {});
    CHECK(script.requests()[0].body == R"({"model":"mistral:latest","keep_alive":-1})");
    CHECK(script.requests()[1].body == R"({"model":"mistral:latest","options":{"num_ctx":7}})");
    CHECK(script.requests()[2].body == R"({"model":"mistral:latest","keep_alive":0})");
    Script page(Script::Answer{200, {"<html>sign in</html>"}});
    const auto other = connect(page, http::Url::parse("http://server:1"));
    CHECK(error_of([&] { other->load(prompt.model, {}, {}); }).kind() == Kind::protocol);
}
