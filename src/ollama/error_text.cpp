#include "ollama/error_text.hpp"

#include "ollama/wire.hpp"

#include "codemate/base/text.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace codemate::ollama {

namespace {

// A text that says what went wrong wherever it stands, what that means, and what can be done.
struct Row {
    std::string_view mark;
    Kind kind;
    std::string_view meaning; // put before the server's own words
    std::string_view hint;    // empty: the kind's
};

constexpr std::string_view make_room = "make room on the server's disk, then pull again: what was fetched is kept";
constexpr std::string_view own_store = "the user who runs the server has to own its models directory (OLLAMA_MODELS)";
constexpr std::string_view plain_registry =
    "Ollama can pull only from a registry that redirects to its blobs, which a stock Docker registry does not";
constexpr std::string_view no_manifest = "is there a registry at all? a proxy or a login page may answer in its place";
constexpr std::string_view registry_down = "check the server's own way to the network, then pull again";
constexpr std::string_view speaks_http = "server gave HTTP response to HTTPS client";
constexpr std::string_view trust = "the certificate has to be trusted on the machine of the server";
constexpr std::string_view empty_record = "pull again; if it stays so, remove the files of zero length among "
                                          "blobs/sha256-…-partial-… in the server's models directory";
constexpr std::string_view records = "remove the files blobs/sha256-…-partial-… of that layer in the server's models "
                                     "directory, then pull again";

// The first row whose mark is in the text holds: causes that must not be repeated stand before those that may pass.
constexpr std::array table{
    Row{"no space left on device", Kind::storage, "the server's disk is full", make_room},
    Row{"disk quota exceeded", Kind::storage, "the server's disk is full", make_room},
    Row{"permission denied", Kind::storage, "the server cannot use its models directory", own_store},
    Row{"read-only file system", Kind::storage, "the server cannot write its models directory", own_store},
    Row{"digest mismatch", Kind::damaged, "what came does not have its digest",
        "pull again: the server has removed the damaged part"},
    Row{"requires MLX", Kind::unsupported, "this server cannot run the model", "choose a tag in GGUF format"},
    Row{"no Location header", Kind::unsupported, "Ollama cannot fetch blobs from this registry", plain_registry},
    Row{"unexpected status code", Kind::unsupported, "Ollama cannot fetch blobs from this registry", plain_registry},
    Row{"realm host", Kind::unsupported, "Ollama does not take tokens from another host than the registry's",
        "ask for a registry whose token service has the same host and port"},
    Row{"id_ed25519", Kind::unauthorised, "the server has no key to sign its requests with",
        "start `ollama serve` once as that user: it makes the key"},
    Row{"unauthorized", Kind::unauthorised, "the registry refuses the server",
        "check the name; a private model needs the server's key (id_ed25519.pub) at the registry"},
    Row{"invalid digest format", Kind::protocol, "the registry's manifest is broken", no_manifest},
    Row{"digest is empty", Kind::protocol, "the registry's manifest is broken", no_manifest},
    Row{"invalid character", Kind::protocol, "the registry's answer is no manifest", no_manifest},
    Row{"unexpected end of JSON input", Kind::protocol, "the registry's answer is no manifest", no_manifest},
    Row{speaks_http, Kind::protocol, "the registry speaks no https", "name it with http:// in CODEMATE_REGISTRY"},
    Row{"x509: ", Kind::protocol, "the server does not trust the registry", trust},
    Row{"tls: ", Kind::protocol, "the server gets no secure connection to the registry", trust},
    Row{"max retries exceeded", Kind::unreachable, "the registry breaks off again and again", registry_down},
    Row{"no such host", Kind::unreachable, "the server cannot find the registry", registry_down},
    Row{"server misbehaving", Kind::unreachable, "the server cannot find the registry", registry_down},
    Row{"dial tcp", Kind::unreachable, "the server cannot reach the registry", registry_down},
    Row{"proxyconnect", Kind::unreachable, "the server cannot reach the registry", registry_down},
    Row{"connection refused", Kind::unreachable, "the server cannot reach the registry", registry_down},
    Row{"connection reset", Kind::unreachable, "the registry cut the connection", registry_down},
    Row{"broken pipe", Kind::unreachable, "the registry cut the connection", registry_down},
    Row{"imeout", Kind::unreachable, "the registry does not answer the server", registry_down}, // also "Timeout"
    Row{"context deadline exceeded", Kind::unreachable, "the registry does not answer the server", registry_down},
    Row{"context canceled", Kind::unreachable, "an earlier download of the same part is just ending",
        "pull again in a moment"},
    Row{"EOF", Kind::unreachable, "the transfer broke off", empty_record},
    Row{"stream error", Kind::unreachable, "the registry cut the connection", registry_down},
    Row{"http2: ", Kind::unreachable, "the registry cut the connection", registry_down},
    Row{"invalid model name", Kind::usage, "the server does not take the name", "names look like owner/model:tag"},
    Row{"\" is invalid", Kind::usage, "the server does not take the name", "names look like owner/model:tag"},
    Row{"model is required", Kind::usage, "the server misses a name", "names look like owner/model:tag"},
    Row{"use either :local or :cloud", Kind::usage, "the server does not take the name",
        "names look like owner/model:tag"},
    Row{"no such file or directory", Kind::storage, "the server's models directory is damaged",
        "look into the server's log; a link that leads nowhere is a usual cause"},
    Row{"not a directory", Kind::storage, "the server's models directory is damaged", own_store},
};

// In one line, fit for a terminal and for a log that others read.
std::string one_line(std::string_view text) {
    std::string line;
    for (const auto part : split(text, '\n')) {
        if (!trimmed(part).empty()) line.append(line.empty() ? "" : " ").append(trimmed(part));
    }
    return printable(without_credentials(line));
}

Error build(Kind kind, std::string_view meaning, std::string_view words, std::string_view hint) {
    const std::string line = one_line(words);
    Error error(kind, std::string(meaning) + (line.empty() ? "" : ": " + line));
    return hint.empty() ? error : std::move(error).hint(std::string(hint));
}

// "429: too many requests": how the server passes on a registry's refusal.
std::optional<int> leading_status(std::string_view text) {
    int status = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), status);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (problem != std::errc{} || length != 3 || !text.substr(length).starts_with(":")) return std::nullopt;
    return status;
}

Error not_in_registry(const ModelName& model) {
    const Error error(Kind::not_found, "the registry has no " + quoted(model.display()));
    if (model.on_public_registry() && equal_ignoring_case(model.owner(), "localhost")) {
        return Error(error).hint("with two parts 'localhost' is an owner at ollama.com; another registry is written as "
                                 "host:port/owner/" +
                                 model.model());
    }
    if (!model.on_public_registry()) return Error(error).hint("check its owner, name and tag at " + model.host());
    const std::string owner = model.owner() == ModelName::default_owner ? "library" : model.owner();
    return Error(error).hint("check its name and tag: https://ollama.com/" + owner + "/" + model.model() + "/tags");
}

Error refused_by_registry(int status, std::string_view words, const ModelName& model) {
    switch (status) {
    case 401:
        return build(Kind::unauthorised, "the registry refuses the server", words, "");
    case 403:
        return build(Kind::forbidden, "the registry refuses the server", words, "");
    case 404:
        return not_in_registry(model);
    case 412:
        return build(Kind::unsupported, "the model needs a newer Ollama", words.substr(4),
                     "update Ollama on the server: https://ollama.com/download");
    case 429:
        return build(Kind::busy, "the registry asks to come back later", words, "");
    case 503:
        return build(Kind::busy, "the registry is overloaded", words, "");
    default:
        break;
    }
    if (status >= 500) return build(Kind::unreachable, "the registry failed", words, "pull again a little later");
    return build(Kind::failed, "the registry refuses", words, "");
}

// Nothing is damaged where a name is removed at the same moment.
std::optional<Error> of_a_name(std::string_view text) {
    switch (changed_place(text)) {
    case ChangedPlace::none:
        return std::nullopt;
    case ChangedPlace::not_empty:
        return build(Kind::storage, "the server met another change of its names", text, "try again");
    case ChangedPlace::gone:
        break;
    }
    return build(Kind::storage, "the server did not find a name's place in its models directory", text,
                 "try again: with a name that another program removes at the same moment the server removes empty "
                 "directories; if it stays so, a link that leads nowhere is a usual cause, and the server's log says "
                 "more");
}

std::optional<Error> known(std::string_view text) {
    if (auto error = of_a_name(text)) return error;
    for (const Row& row : table) {
        if (text.find(row.mark) != std::string_view::npos) return build(row.kind, row.meaning, text, row.hint);
    }
    return std::nullopt;
}

// What only requests for text are answered with (server/routes.go, llm/server.go). The text about memory names both
// sizes.
std::optional<Error> of_generating(std::string_view text) {
    constexpr std::array rows{
        Row{"does not support generate", Kind::unsupported, "the model generates no text",
            "an embedding model does not; of any other the weights are missing or damaged: codemate verify says which"},
        Row{"requires more system memory", Kind::storage, "the model does not fit into the server's memory",
            "close what takes memory there, ask for a smaller context (--num-ctx), or take a smaller model"},
        Row{"this model may be incompatible", Kind::unsupported, "this server cannot run the model",
            "update Ollama on the server, then pull the model again"},
        Row{"exceeds the context", Kind::usage, "the prompt is longer than the context", "ask for fewer tokens"},
    };
    for (const Row& row : rows) {
        if (text.find(row.mark) != std::string_view::npos) return build(row.kind, row.meaning, text, row.hint);
    }
    return std::nullopt;
}

Error not_installed(const ModelName* model, std::string_view text) {
    const Error error(Kind::not_found, model ? "the server has no " + quoted(model->display()) : one_line(text));
    return Error(error).hint("`codemate list` shows what it has");
}

Error forbidden(std::string_view text) {
    if (!trimmed(text).empty()) return build(Kind::forbidden, "the server refuses", text, "");
    return Error(Kind::forbidden, "the server refuses this client (403)")
        .hint(
            "an Ollama that listens on this machine alone answers only to local names: ask it at localhost or by its "
            "IP "
            "address, start it with OLLAMA_HOST=0.0.0.0, or let a reverse proxy send the header Host: localhost:11434");
}

std::string_view without_query(std::string_view reference) {
    return reference.substr(0, reference.find('?'));
}

Error redirected(const http::Response& answer, std::string_view source) {
    const std::string* target = answer.header("Location");
    return Error(Kind::protocol, std::string(source) + " sends to " +
                                     (target ? quoted(without_query(without_credentials(*target))) : "another address"))
        .hint("set OLLAMA_HOST or --host to where the server really is");
}

Error no_such_path(const http::Response& answer, std::string_view source) {
    return Error(Kind::protocol,
                 std::string(source) + " does not know this request (" + std::to_string(answer.status) + ")")
        .hint("is this an Ollama server, new enough, and is the path in its address right?");
}

} // namespace

ChangedPlace changed_place(std::string_view text) {
    if (text.find("/manifests/") == text.npos) return ChangedPlace::none;
    if (text.find("directory not empty") != text.npos) return ChangedPlace::not_empty;
    return text.find("no such file or directory") == text.npos ? ChangedPlace::none : ChangedPlace::gone;
}

Error generate_error(std::string_view text, const ModelName& model) {
    if (text.find("server busy") != std::string_view::npos) return build(Kind::busy, "the server is busy", text, "");
    if (auto error = of_generating(text)) return *error;
    return build(Kind::failed, "the server failed while it answered with " + quoted(model.display()), text,
                 "the server's log may say more");
}

namespace {

// Of a pull after its manifest: the server found the records of an unfinished download wanting (facts.md 4.4, 4.5).
std::optional<Error> of_records(std::string_view text) {
    if (text.find("-partial-") != text.npos && text.ends_with("no such file or directory"))
        return build(Kind::storage, "the server misses a part of its bookkeeping of an earlier download", text,
                     records);
    if (text.starts_with("invalid character"))
        return build(Kind::storage, "the server cannot read its bookkeeping of an earlier download", text, records);
    return std::nullopt;
}

} // namespace

Error pull_error(std::string_view text, const ModelName& model) {
    constexpr std::string_view prefix = "pull model manifest: ";
    const bool of_manifest = text.starts_with(prefix);
    const std::string_view words = of_manifest ? text.substr(prefix.size()) : text;
    if (const auto status = leading_status(words)) return refused_by_registry(*status, words, model);
    if (words == "file does not exist") {
        if (of_manifest) return not_in_registry(model);
        return Error(Kind::not_found, "the registry lists " + quoted(model.display()) + " but lacks a part of it")
            .hint("its owner has to push it again");
    }
    if (auto error = of_manifest ? std::nullopt : of_records(text)) return *error;
    if (auto error = known(words)) {
        if (words.find(speaks_http) != words.npos && !model.on_public_registry()) {
            error->hint("`codemate pull http://" + model.display() + "` asks for it without TLS, as does \"http://" +
                        model.host() + "\" in \"mirrors\" of codemate.json");
        }
        return *error;
    }
    return build(Kind::failed, "the server failed", text, "the server's log may say more");
}

Error answer_error(const http::Response& answer, const ModelName* model, std::string_view source) {
    const auto from_json = wire::error_member(answer.body);
    const std::string_view text = from_json ? std::string_view(*from_json) : std::string_view(answer.body);
    const int status = answer.status;
    if (status / 100 == 3) return redirected(answer, source);
    if (const auto error = error_between(answer, source)) return *error;
    if (status == 401) {
        const std::string address = wire::member(answer.body, "signin_url");
        return build(Kind::unauthorised, "the server wants credentials", text,
                     address.empty() ? "set OLLAMA_API_KEY, or put a login for that host into ~/.netrc; both are sent "
                                       "to https addresses only, and one that is set was not accepted"
                                     : "sign in at " + printable(address));
    }
    if (status == 403) return forbidden(text);
    if (status == 404 && from_json) return not_installed(model, text);
    if (status == 429 || status == 503) {
        Error busy = build(Kind::busy, "the server is busy", looks_like_html(text) ? "" : text, "");
        if (const auto wait = answer.retry_after()) busy.retry_after(*wait);
        return busy;
    }
    if (!from_json && (status == 404 || status == 405)) return no_such_path(answer, source);
    if (!from_json && looks_like_html(text)) return wire::not_ollama(text, source);
    if (const auto error = of_generating(text)) return *error;
    if (const auto error = known(text)) return *error;
    return build(Kind::failed, "the server failed (" + std::to_string(status) + ")", text,
                 "the server's log may say more");
}

Error embed_error(const http::Response& answer, const ModelName& model, std::string_view source) {
    const auto text = wire::error_member(answer.body);
    const int status = answer.status;
    const bool broken = status / 100 == 5 && status != 502 && status != 503 && status != 504;
    if (looks_like_html(answer.body) || (!broken && !(status == 400 && text)))
        return answer_error(answer, &model, source);
    const std::string_view words = text ? std::string_view(*text) : std::string_view(answer.body);
    if (words.find("not support embed") != std::string_view::npos)
        return build(Kind::unsupported, "the model makes no vectors", words, "");
    if (const auto error = of_generating(words)) return *error;
    // A 400 is a refusal, unless what runs the model has ended (server/routes.go passes that on with this status).
    const bool ended = words.ends_with("EOF") || words.find("while running the model") != std::string_view::npos;
    return build(broken || ended ? Kind::protocol : Kind::failed, "the server failed (" + std::to_string(status) + ")",
                 words, "try again; if it stays so, the server's log may say more");
}

} // namespace codemate::ollama
