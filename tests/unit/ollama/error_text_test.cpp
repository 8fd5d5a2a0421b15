#include "ollama/error_text.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace codemate::ollama;

namespace {

const ModelName mistral = ModelName::parse("mistral:9b");

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

http::Response answer(int status, std::string body, std::vector<http::Header> headers = {}) {
    http::Response made;
    made.status = status;
    made.reason = "Because";
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
}

} // namespace

TEST_CASE("texts of failed pulls get kinds") {
    struct Row {
        std::string text;
        Kind kind;
        std::string begin; // of the message
        std::string hint;  // a part of it
    };
    const auto row = GENERATE(values<Row>({
        {"pull model manifest: file does not exist", Kind::not_found, "the registry has no 'mistral:9b'",
         "https://ollama.com/library/mistral/tags"},
        {"file does not exist", Kind::not_found, "the registry lists 'mistral:9b' but lacks a part of it", "push"},
        {"pull model manifest: Get \"https://reg.example/v2/library/m/manifests/latest\": dial tcp: lookup "
         "reg.example: no such host",
         Kind::unreachable, "the server cannot find the registry: Get \"https://reg.example", "network"},
        {"pull model manifest: Get \"https://r/v2/\": dial tcp: lookup r on 127.0.0.53:53: server misbehaving",
         Kind::unreachable, "the server cannot find the registry", "network"},
        {"pull model manifest: Get \"http://127.0.0.1:5999/v2/library/x/manifests/latest\": dial tcp 127.0.0.1:5999: "
         "connect: "
         "connection refused",
         Kind::unreachable, "the server cannot reach the registry", "network"},
        {"Get \"https://r/\": dial tcp 1.2.3.4:443: i/o timeout", Kind::unreachable,
         "the server cannot reach the registry", ""},
        {"Get \"https://r/\": net/http: TLS handshake timeout", Kind::unreachable,
         "the registry does not answer the server", ""},
        {"read tcp 1.2.3.4:5->6.7.8.9:443: read: connection reset by peer", Kind::unreachable,
         "the registry cut the connection", ""},
        {"pull model manifest: 412: \nThe model you are attempting to pull requires a newer version of "
         "Ollama.\n\nPlease download "
         "the latest version at:\n\n\thttps://ollama.com/download\n\n",
         Kind::unsupported,
         "the model needs a newer Ollama: The model you are attempting to pull requires a newer version of Ollama. "
         "Please "
         "download the latest version at: https://ollama.com/download",
         "update Ollama"},
        {"pull model manifest: 429: too many requests", Kind::busy,
         "the registry asks to come back later: 429: too many requests", "again"},
        {"429: ", Kind::busy, "the registry asks to come back later: 429:", "again"},
        {"pull model manifest: 503: unavailable", Kind::busy, "the registry is overloaded", "again"},
        {"pull model manifest: 500: internal error", Kind::unreachable, "the registry failed: 500: internal error",
         "again"},
        {"pull model manifest: 403: no", Kind::forbidden, "the registry refuses the server: 403: no", ""},
        {"pull model manifest: 401: no", Kind::unauthorised, "the registry refuses the server", ""},
        {"pull model manifest: 418: teapot", Kind::failed, "the registry refuses: 418: teapot", ""},
        {"404: ", Kind::not_found, "the registry has no 'mistral:9b'", ""},
        {"pull model manifest: unauthorized: access denied", Kind::unauthorised, "the registry refuses the server",
         "key"},
        {"pull model manifest: realm host \"127.0.0.1:5599\" does not match original host \"127.0.0.1:5502\"",
         Kind::unsupported, "Ollama does not take tokens", "token service"},
        {"pull model manifest: open /root/.ollama/id_ed25519: no such file or directory", Kind::unauthorised,
         "the server has no key", "ollama serve"},
        {"pull model manifest: invalid character '<' looking for beginning of value", Kind::protocol,
         "the registry's answer is no manifest", "proxy"},
        {"invalid character '\\n' in string literal", Kind::storage,
         "the server cannot read its bookkeeping of an earlier download", "partial"},
        {"remove /m/blobs/sha256-aa-partial-1: no such file or directory", Kind::storage,
         "the server misses a part of its bookkeeping of an earlier download", "partial"},
        {"invalid digest format", Kind::protocol, "the registry's manifest is broken", ""},
        {"library/mistral: digest is empty", Kind::protocol, "the registry's manifest is broken", ""},
        {"http: no Location header in response", Kind::unsupported, "Ollama cannot fetch blobs from this registry",
         "redirects"},
        {"unexpected status code 302", Kind::unsupported, "Ollama cannot fetch blobs from this registry", "redirects"},
        {"context deadline exceeded", Kind::unreachable, "the registry does not answer the server", ""},
        {"context canceled", Kind::unreachable, "an earlier download", "in a moment"},
        {"max retries exceeded: EOF", Kind::unreachable,
         "the registry breaks off again and again: max retries exceeded: EOF", ""},
        {"max retries exceeded: unexpected EOF", Kind::unreachable, "the registry breaks off again and again", ""},
        {"EOF", Kind::unreachable, "the transfer broke off: EOF", "partial"},
        {"unexpected EOF", Kind::unreachable, "the transfer broke off: unexpected EOF", "partial"},
        {"digest mismatch, file must be downloaded again: want sha256:aa, got sha256:bb", Kind::damaged,
         "what came does not have its digest", "pull again"},
        {"write /m/blobs/sha256-aa-partial: no space left on device", Kind::storage, "the server's disk is full",
         "make room"},
        {"max retries exceeded: write /m/blobs/x: no space left on device", Kind::storage, "the server's disk is full",
         "make room"},
        {"open /m/blobs/sha256-aa: permission denied", Kind::storage, "the server cannot use its models directory",
         "OLLAMA_MODELS"},
        {"mkdir /m/manifests: permission denied: ensure path elements are traversable", Kind::storage,
         "the server cannot use its models directory", "OLLAMA_MODELS"},
        {"mkdir /m: read-only file system", Kind::storage, "the server cannot write its models directory", ""},
        {"stat /m/manifests/h/n/m/t: no such file or directory", Kind::storage,
         "the server did not find a name's place in its models directory: stat /m/manifests/h/n/m/t", "link"},
        {"lstat /m/manifests/127.0.0.1:41971: no such file or directory", Kind::storage,
         "the server did not find a name's place", "try again"},
        {"remove /m/manifests/127.0.0.1:36229: directory not empty", Kind::storage,
         "the server met another change of its names: remove /m/manifests/127.0.0.1:36229", "try again"},
        {"stat /m/blobs/sha256-aa: no such file or directory", Kind::storage,
         "the server's models directory is damaged", "link"},
        {"this model requires MLX support, but the MLX runtime is not available", Kind::unsupported,
         "this server cannot run the model", "GGUF"},
        {"Get \"https://r\": http: server gave HTTP response to HTTPS client", Kind::protocol,
         "the registry speaks no https", ""},
        {"Get \"https://r\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
         Kind::protocol, "the server does not trust the registry", "certificate"},
        {"invalid model name", Kind::usage, "the server does not take the name", ""},
        {"something that nobody has seen", Kind::failed, "the server failed: something that nobody has seen", "log"},
        {"", Kind::failed, "the server failed", ""},
    }));
    CAPTURE(row.text);
    const Error error = pull_error(row.text, mistral);
    CHECK(error.kind() == row.kind);
    CHECK(error.message().substr(0, row.begin.size()) == row.begin);
    CHECK(contains(error.hint(), row.hint));
    CHECK_FALSE(contains(error.message(), "\n"));
}

TEST_CASE("a name that misled its writer is explained") {
    const auto hint = [](const char* name) {
        return pull_error("pull model manifest: file does not exist", ModelName::parse(name)).hint();
    };
    CHECK(contains(hint("localhost/mistral"), "host:port/owner/mistral"));
    CHECK(contains(hint("someone/thing"), "https://ollama.com/someone/thing/tags"));
    CHECK(contains(hint("127.0.0.1:5000/library/x"), "127.0.0.1:5000"));
}

TEST_CASE("what stands in URLs for one's eyes only is in no error") {
    const std::string text = R"(Get "https://me:hunter2@r.corp/v2/?sig=s3cret": EOF)";
    const auto clean = [](const Error& error) {
        const std::string all = error.message() + error.hint();
        return !contains(all, "hunter2") && !contains(all, "s3cret") && contains(all, "r.corp");
    };
    CHECK(clean(pull_error(text, mistral)));
    CHECK(clean(pull_error("pull model manifest: 500: " + text, mistral)));
    CHECK(clean(answer_error(answer(500, R"({"error":"see https://me:hunter2@r.corp/?sig=s3cret"})"), nullptr, "S")));
    CHECK(clean(answer_error(answer(500, "<a href='https://me:hunter2@r.corp/?sig=s3cret'>"), nullptr, "S")));
    for (const char* target : {"https://me:hunter2@r.corp/?sig=s3cret", "//me:hunter2@r.corp/", "/r.corp?sig=s3cret"}) {
        http::Response moved = answer(307, "");
        moved.headers = {{"Location", target}};
        CHECK(clean(answer_error(moved, nullptr, "S")));
    }
    // This one is to be opened.
    CHECK(contains(
        answer_error(answer(401, R"({"error":"x","signin_url":"https://ollama.com/connect?key=k"})"), nullptr, "S")
            .hint(),
        "?key=k"));
}

TEST_CASE("how to ask a registry without TLS is said as it works") {
    const auto hint = [](const char* name) {
        return pull_error("pull model manifest: Get \"https://lan:5000/v2/\": http: server gave HTTP response to HTTPS "
                          "client",
                          ModelName::parse(name))
            .hint();
    };
    CHECK(hint("lan:5000/owner/model:tag") ==
          "`codemate pull http://lan:5000/owner/model:tag` asks for it without TLS, as does \"http://lan:5000\" in "
          "\"mirrors\" of codemate.json");
    CHECK(contains(hint("mistral"), "CODEMATE_REGISTRY"));
}

TEST_CASE("only what may pass by itself is worth retrying") {
    const auto retried = [](const char* text) { return worth_retrying(pull_error(text, mistral).kind()); };
    CHECK(retried("max retries exceeded: EOF"));
    CHECK(retried("context canceled"));
    CHECK(retried("pull model manifest: 429: slow down"));
    CHECK(retried("pull model manifest: Get \"https://r/\": dial tcp: lookup r: no such host"));
    CHECK_FALSE(retried("pull model manifest: file does not exist"));
    CHECK_FALSE(retried("write x: no space left on device"));
    CHECK_FALSE(retried("http: no Location header in response"));
}

TEST_CASE("answers that are no success get kinds") {
    struct Row {
        int status;
        std::string body;
        Kind kind;
        std::string message;
    };
    const auto row = GENERATE(values<Row>({
        {404, R"({"error":"model 'mistral:9b' not found"})", Kind::not_found, "the server has no 'mistral:9b'"},
        {404, R"({"error":"model \"mistral:9b\" not found"})", Kind::not_found, "the server has no 'mistral:9b'"},
        {404, "404 page not found", Kind::protocol, "S does not know this request (404)"},
        {404, "<html>nginx</html>", Kind::protocol, "S does not know this request (404)"},
        {405, "405 method not allowed", Kind::protocol, "S does not know this request (405)"},
        {400, R"({"error":"name \"a b\" is invalid"})", Kind::usage,
         "the server does not take the name: name \"a b\" is invalid"},
        {400, R"({"error":"destination \"a b\" is invalid"})", Kind::usage,
         "the server does not take the name: destination \"a b\" is invalid"},
        {400, R"({"error":"invalid model name"})", Kind::usage,
         "the server does not take the name: invalid model name"},
        {400, R"({"error":"missing request body"})", Kind::failed, "the server failed (400): missing request body"},
        {401, R"({"error":"unauthorized","signin_url":"https://ollama.com/connect?x=1"})", Kind::unauthorised,
         "the server wants credentials: unauthorized"},
        {403, "", Kind::forbidden, "the server refuses this client (403)"},
        {403, R"({"error":"ollama cloud is disabled"})", Kind::forbidden,
         "the server refuses: ollama cloud is disabled"},
        {403, "<html>no</html>", Kind::forbidden, "what stands before the server forbids this request: 403 Because"},
        {401, "<html>no</html>", Kind::unauthorised, "what stands before the server wants credentials: 401 Because"},
        {401, "no", Kind::unauthorised, "the server wants credentials: no"},
        {407, "", Kind::unauthorised, "a proxy on the way wants a login: 407 Because"},
        {413, "<html>too large</html>", Kind::protocol,
         "what stands before the server takes no request of this size: 413 Because"},
        {413, "", Kind::protocol, "what stands before the server takes no request of this size: 413 Because"},
        {504, "", Kind::unreachable, "what stands before the server did not wait for its answer: 504 Because"},
        {400, "<html>The plain HTTP request was sent to HTTPS port</html>", Kind::protocol,
         "S speaks https, and was asked by http"},
        {400, "Client sent an HTTP request to an HTTPS server.\n", Kind::protocol,
         "S speaks https, and was asked by http"},
        {400, "<p>You're speaking plain HTTP to an SSL-enabled server port.", Kind::protocol,
         "S speaks https, and was asked by http"},
        {503, "<html>", Kind::busy, "the server is busy"},
        {429, "", Kind::busy, "the server is busy"},
        {503, R"({"error":"server busy, please try again."})", Kind::busy,
         "the server is busy: server busy, please try again."},
        {502, "<html>Bad Gateway</html>", Kind::unreachable,
         "what stands before the server does not reach it: 502 Because"},
        {500, R"({"error":"open /m: permission denied"})", Kind::storage,
         "the server cannot use its models directory: open /m: permission denied"},
        {500, R"({"error":"stat /m/x: no such file or directory"})", Kind::storage,
         "the server's models directory is damaged: stat /m/x: no such file or directory"},
        {500, "", Kind::failed, "the server failed (500)"},
        {500, "<html>", Kind::protocol, "the answer of S is not Ollama's: '<html>'"},
    }));
    CAPTURE(row.status, row.body);
    const Error error = answer_error(answer(row.status, row.body), &mistral, "S");
    CHECK(error.message() == row.message);
    CHECK(error.kind() == row.kind);
}

TEST_CASE("what a proxy says in the server's place has a hint on the proxy") {
    const auto hint = [](int status) { return answer_error(answer(status, "<html>"), nullptr, "S").hint(); };
    CHECK(contains(hint(401), "OLLAMA_API_KEY"));
    CHECK(contains(hint(403), "POST and DELETE"));
    CHECK(contains(hint(407), "NO_PROXY"));
    CHECK(contains(hint(413), "client_max_body_size"));
    CHECK(contains(hint(502), "is the server running"));
    CHECK(contains(hint(504), "proxy_read_timeout"));
    CHECK(contains(answer_error(answer(400, "to an HTTPS server"), nullptr, "S").hint(), "https://"));
}

TEST_CASE("hints of answers") {
    CHECK(contains(answer_error(answer(403, ""), nullptr, "S").hint(), "Host: localhost:11434"));
    CHECK(contains(
        answer_error(answer(401, R"({"error":"unauthorized","signin_url":"https://o/c"})"), nullptr, "S").hint(),
        "https://o/c"));
    const Error moved = answer_error(answer(301, "", {{"Location", "https://elsewhere/"}}), nullptr, "S");
    CHECK(moved.kind() == Kind::protocol);
    CHECK(moved.message() == "S sends to 'https://elsewhere/'");
}

TEST_CASE("a server that fails while it embeds is not taken for a transfer that broke off") {
    const Error cut =
        embed_error(answer(500, R"({"error":"do embedding request: Post \"http://h:1/\": EOF"})"), mistral, "S");
    CHECK(cut.kind() == Kind::protocol);
    CHECK(contains(cut.message(), "the server failed (500): do embedding request"));
    CHECK_FALSE(contains(cut.message() + cut.hint(), "transfer"));
    CHECK_FALSE(contains(cut.hint(), "pull"));
    const Error ended =
        embed_error(answer(400, R"({"error":"an error was encountered while running the model: EOF"})"), mistral, "S");
    CHECK(ended.kind() == Kind::protocol);
    CHECK_FALSE(contains(ended.message() + ended.hint(), "transfer"));
    CHECK(embed_error(answer(400, R"({"error":"input is odd"})"), mistral, "S").kind() == Kind::failed); // refused
    CHECK(embed_error(answer(501, R"({"error":"this server does not support embeddings"})"), mistral, "S").kind() ==
          Kind::unsupported);
    CHECK(embed_error(answer(503, R"({"error":"server busy"})"), mistral, "S").kind() == Kind::busy);
    CHECK(embed_error(answer(500, "<html>"), mistral, "S").kind() == Kind::protocol);
    CHECK(embed_error(answer(403, ""), mistral, "S").kind() == Kind::forbidden);
    CHECK(embed_error(answer(404, R"({"error":"model not found"})"), mistral, "S").kind() == Kind::not_found);
}
