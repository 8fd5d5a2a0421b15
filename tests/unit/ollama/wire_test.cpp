#include "ollama/wire.hpp"
#include "support/catch.hpp"
#include "support/http_doubles.hpp"

#include <filesystem>

using namespace codemate;
using namespace codemate::ollama;
using Stage = PullEvent::Stage;

namespace {

const std::filesystem::path captures = std::filesystem::path(CODEMATE_TEST_DATA) / "captures";

std::string captured(const std::string& version, const std::string& scenario) {
    return test::Replay(captures / ("ollama-" + version) / (scenario + ".json")).whole().body;
}

PullEvent event(std::string_view line) {
    return std::get<PullEvent>(wire::pull_line(line, "x"));
}

} // namespace

TEST_CASE("the version of real servers") {
    CHECK(wire::version(captured("0.32.15", "version"), "x") == "0.0.0");
    CHECK(wire::version(R"({"version":"0.33.0","more":1})", "x") == "0.33.0");
}

TEST_CASE("the list of a real server") {
    const auto models = wire::installed(captured("0.32.15", "tags"), "x");
    REQUIRE(models.size() == 3);
    CHECK(models[0].name.display() == "127.0.0.1:5501/library/mid:latest");
    CHECK(models[0].digest->id() == "447a1a06f25a");
    CHECK(models[0].size == ByteCount(268435693));
    CHECK(to_rfc3339(models[0].modified) == "2026-11-22T23:22:45.357813358Z");
    CHECK(models[0].quantization == "Q4_0");
    CHECK(models[0].context_length == 0);
    CHECK(models[2].parameter_size == "148K");
    CHECK(models[2].format == "gguf");
    CHECK(models[2].family == "llama");
    CHECK(models[2].context_length == 2048);
    CHECK(models[2].capabilities == std::vector<std::string>{"completion"});
    CHECK_FALSE(models[2].cloud());
    CHECK(wire::installed(captured("0.24.0", "tags"), "x").size() > 1);
}

TEST_CASE("what real servers show") {
    const Shown shown = wire::shown(captured("0.24.0", "show"), "x");
    CHECK(shown.context_length == 2048);
    CHECK(shown.embedding_length == 64);
    CHECK(shown.attention == Attention{.blocks = 2, .heads = 4, .kv_heads = 4});
    CHECK(shown.capabilities == std::vector<std::string>{"completion"});
    CHECK(shown.format == "gguf");
    CHECK(shown.family == "llama");
    CHECK(shown.parameter_size == "148K");
    CHECK(shown.quantization == "unknown");
    CHECK(shown.license == "MIT test licence");
    CHECK(shown.template_text == "{{ .Prompt }}");
    CHECK(shown.weights_file == "/usr/share/ollama/.ollama/models/blobs/"
                                "sha256-51ca91ad734268f9a9b85b932ba02057404e76f1b7809019fd4d879169e61b8a");
    CHECK(shown.system == "You are tiny.");
    CHECK(shown.parameters == "num_ctx                        512");
    CHECK(wire::shown(captured("0.32.15", "show"), "x").context_length == 2048);
}

TEST_CASE("attention, where headers say more of it") {
    const auto attention = [](const std::string& more) {
        return wire::shown(R"({"model_info":{"general.architecture":"a","a.block_count":28)" + more + "}}", "x")
            .attention;
    };
    CHECK(attention(R"(,"a.attention.head_count":28,"a.attention.head_count_kv":4,"a.attention.key_length":128,)"
                    R"("a.attention.value_length":64,"a.attention.sliding_window":512)") ==
          Attention{
              .blocks = 28, .heads = 28, .kv_heads = 4, .key_length = 128, .value_length = 64, .sliding_window = 512});
    CHECK(attention(R"(,"a.attention.head_count_kv":null)").differs_by_block);
    CHECK(attention(R"(,"a.attention.head_count":[1,2])").differs_by_block);
    CHECK_FALSE(attention(R"(,"a.attention.causal":false)").causal);
    CHECK(attention(R"(,"a.attention.causal":7,"b.attention.head_count":3)") == Attention{.blocks = 28});
}

TEST_CASE("what is shown of other kinds of models") {
    CHECK(wire::shown("{}", "x").context_length == 0);
    CHECK(wire::shown(R"({"details":null,"model_info":null})", "x").family.empty());
    CHECK(wire::shown(R"({"model_info":{"llama.context_length":5}})", "x").context_length == 0); // whose key is it?
    const Shown odd = wire::shown(
        R"({"model_info":{"general.architecture":"a","a.context_length":-1},"capabilities":["b","a",7],"license":9})",
        "x");
    CHECK(odd.context_length == 0);
    CHECK(odd.license.empty());
    CHECK(odd.capabilities == std::vector<std::string>{"a", "b"});
    CHECK_THROWS_AS(wire::shown("[]", "x"), Error);
    CHECK_THROWS_AS(wire::shown("<html>", "x"), Error);
    const std::string hex(64, 'a');
    const auto file = [](const std::string& modelfile) {
        return wire::shown(R"({"modelfile":")" + modelfile + "\"}", "x").weights_file;
    };
    CHECK(file("FROM mistral:latest\\n").empty()); // MLX
    CHECK(file("# FROM /a/blobs/sha256-" + hex).empty());
    CHECK(file("FROM /a/other/sha256-" + hex).empty());
    CHECK(file("FROM /a/blobs/sha256-" + hex + "\\nFROM /b/blobs/sha256-" + hex) == "/a/blobs/sha256-" + hex);
}

TEST_CASE("what runs on real servers") {
    const auto models = wire::running(captured("0.24.0", "ps-loaded"), "x");
    REQUIRE(models.size() == 1);
    CHECK(models[0].name.display() == "mistral:latest");
    CHECK(models[0].digest->id() == "6d34e49fe6e7");
    CHECK(models[0].size == ByteCount(722176));
    CHECK(models[0].size_vram == ByteCount());
    CHECK(models[0].context_length == 512);
    REQUIRE(models[0].expires);
    CHECK(to_rfc3339(*models[0].expires) == "2026-11-22T23:26:36.524293648Z");
    CHECK(wire::running(captured("0.24.0", "ps-after-unload"), "x").empty());
    CHECK(wire::running(captured("0.32.15", "ps-empty"), "x").empty());
    CHECK_FALSE(wire::running(R"({"models":[{"name":"a"}]})", "x").at(0).expires);
    CHECK_THROWS_AS(wire::running("{}", "x"), Error);
}

TEST_CASE("lists of other versions and of other kinds of models") {
    CHECK(wire::installed(R"({"models":[]})", "x").empty());
    CHECK(wire::installed(R"({"models":null})", "x").empty());
    SECTION("little is sent") {
        const auto models =
            wire::installed(R"({"models":[{"name":"a:b"},{"model":"c:d","size":-1,"details":null,"digest":7}]})", "x");
        REQUIRE(models.size() == 2);
        CHECK(models[0].name.display() == "a:b");
        CHECK_FALSE(models[0].digest);
        CHECK(models[0].size == ByteCount());
        CHECK(models[1].name.display() == "c:d");
    }
    SECTION("a cloud stub, families null, capabilities in no order") {
        const auto models = wire::installed(
            R"({"models":[{"name":"big:120b-cloud","remote_model":"big:120b","remote_host":"https://ollama.com:443",)"
            R"("modified_at":"2026-08-19T09:00:00.5+02:00","size":384,"digest":"0000000000000000000",)"
            R"("details":{"families":null,"family":"big","context_length":null},"capabilities":["tools","completion"]}]})",
            "x");
        REQUIRE(models.size() == 1);
        CHECK(models[0].cloud());
        CHECK(models[0].remote_host == "https://ollama.com:443");
        CHECK_FALSE(models[0].digest); // nineteen zeros
        CHECK(to_rfc3339(models[0].modified) == "2026-08-19T07:00:00.5Z");
        CHECK(models[0].capabilities == std::vector<std::string>{"completion", "tools"});
    }
    SECTION("names that are none are left out") {
        const auto models =
            wire::installed(R"({"models":[{"name":"a b"},{"name":""},{},{"name":7},{"name":"ok:1"}]})", "x");
        REQUIRE(models.size() == 1);
        CHECK(models[0].name.display() == "ok:1");
    }
}

TEST_CASE("entries of a list that are left out are counted") {
    const auto list = wire::listing(R"({"models":[{"name":"a b"},{"name":""},7,{"name":"ok:1"}]})", "x");
    CHECK(list.models.size() == 1);
    CHECK(list.unusable == 3);
}

TEST_CASE("more models than any server has are no list, and reading many of them can be stopped") {
    const auto list_of = [](std::size_t count) {
        std::string body = R"({"models":[{"name":"a:b"})";
        for (std::size_t i = 1; i < count; ++i)
            body += R"(,{"name":"a:b"})";
        return body + "]}";
    };
    CHECK(wire::installed(list_of(5000), "S").size() == 5000);
    CHECK_THROWS_WITH(wire::installed(list_of(100'001), "S"),
                      "S lists 100001 models, and codemate takes no more than 100000");
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(wire::installed(list_of(5000), "S", stop.get_token()), Interrupted);
    CHECK_THROWS_AS(wire::installed(list_of(1), "S", stop.get_token()), Interrupted);
    CHECK_THROWS_AS(wire::running(list_of(1), "S", stop.get_token()), Interrupted);
    CHECK_THROWS_AS(wire::shown(list_of(5000), "S", stop.get_token()), Interrupted);
}

TEST_CASE("what is no list is said to be none") {
    struct Row {
        std::string body, message;
    };
    const auto row = GENERATE(values<Row>({
        {"<!DOCTYPE html>\n<html>\n", "the answer of S is not Ollama's: '<!DOCTYPE html> <html>'"},
        {"", "the answer of S is not Ollama's: it is empty"},
        {"Ollama is running", "the answer of S is not Ollama's: 'Ollama is running'"},
        {"{\"models\":[", "the answer of S is not Ollama's: '{\"models\":['"},
    }));
    try {
        wire::installed(row.body, "S");
        FAIL("was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::protocol);
        CHECK(error.message() == row.message);
        CHECK(error.hint().find("is this an Ollama server?") == 0);
    }
    CHECK_THROWS_AS(wire::installed(R"({"models":7})", "S"), Error);
    CHECK_THROWS_AS(wire::installed(R"({"items":[]})", "S"), Error);
}

TEST_CASE("excerpts of foreign answers are short and harmless") {
    const std::string message = wire::not_ollama("\x1b[2J" + std::string(10'000, 'x'), "S").message();
    CHECK(message.size() < 200);
    CHECK(message.find('\x1b') == std::string::npos);
}

TEST_CASE("lines of a pull") {
    struct Row {
        std::string line;
        Stage stage;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"status":"pulling manifest"})", Stage::resolving},
        {R"({"status":"pulling d7cf6b2bf70a","digest":"sha256:d7cf6b2bf70ac6c33204dd260989fe23375ed827c8251012ea744b285c9301b5"})",
         Stage::layer},
        {R"({"status":"pulling model","digest":"sha256:model","total":5})", Stage::layer},
        {R"({"status":"verifying sha256 digest"})", Stage::verifying},
        {R"({"status":"writing manifest"})", Stage::writing},
        {R"({"status":"removing unused layers"})", Stage::cleaning},
        {R"({"status":"removing any unused layers"})", Stage::cleaning},
        {R"({"status":"couldn't remove unused layers: permission denied"})", Stage::cleaning},
        {R"({"status":"success"})", Stage::other},
        {R"({"status":"something new","more":[1,2]})", Stage::other},
        {R"({})", Stage::other},
    }));
    CAPTURE(row.line);
    CHECK(event(row.line).stage == row.stage);
}

TEST_CASE("an event is faithful to its line") {
    const auto full = event(R"({"status":"pulling d7cf6b2bf70a",)"
                            R"("digest":"sha256:d7cf6b2bf70ac6c33204dd260989fe23375ed827c8251012ea744b285c9301b5",)"
                            R"("total":1073741824,"completed":29205196})");
    CHECK(full.status == "pulling d7cf6b2bf70a");
    CHECK(full.layer->id() == "d7cf6b2bf70a");
    CHECK(full.layer_name == full.layer->text());
    CHECK(full.total == ByteCount(1073741824));
    CHECK(full.completed == ByteCount(29205196));

    CHECK(event(R"({"status":"pulling from http://u:p@h/?k=1"})").status == "pulling from http://…@h/?…");

    const auto mlx = event(R"({"status":"pulling model","digest":"sha256:model","total":5,"completed":7})");
    CHECK_FALSE(mlx.layer);
    CHECK(mlx.layer_name == "sha256:model");
    CHECK(mlx.completed == ByteCount(7)); // more than the total: as sent

    const auto odd = event(R"({"status":null,"digest":null,"total":null,"completed":-3})");
    CHECK(odd.completed == ByteCount());
    CHECK(odd.layer_name.empty());
}

TEST_CASE("error lines") {
    const auto text = [](std::string_view line) { return std::get<wire::Failure>(wire::pull_line(line, "x")).text; };
    CHECK(text(R"({"error":"pull model manifest: invalid character '\u003c' looking"})") ==
          "pull model manifest: invalid character '<' looking");
    CHECK(text(R"({"error":{"code":5},"status":"x"})") == R"({"code":5})");
    CHECK(wire::error_member(R"({"error":"x"})") == "x");
    CHECK(wire::error_member("x") == std::nullopt);
    CHECK(wire::error_member("[]") == std::nullopt);
    CHECK(wire::error_member("") == std::nullopt);
}
