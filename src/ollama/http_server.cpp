#include "ollama/answer_stream.hpp"
#include "ollama/error_text.hpp"
#include "ollama/misread.hpp"
#include "ollama/name_changes.hpp"
#include "ollama/pull_stream.hpp"
#include "ollama/wire.hpp"

#include "codemate/base/error.hpp"
#include "codemate/http/obstacle.hpp"
#include "codemate/json/value.hpp"
#include "codemate/ollama/listing.hpp"
#include "codemate/ollama/server.hpp"

#include <algorithm>

namespace codemate::ollama {

namespace {

// Of an answer that is no stream. Long, because a server that starts accepts connections before it answers (cmd/cmd.go,
// RunServer).
constexpr auto patience = std::chrono::minutes(2);

constexpr ByteCount largest_answer{std::uint64_t{64} << 20};
constexpr ByteCount largest_list{32'000'000}; // of seventy thousand models; read, it is several times as large

// While a model loads /api/ps waits for the end of that (server/sched.go), which may be minutes.
constexpr auto patience_with_ps = std::chrono::seconds(5);

constexpr auto patience_with_loading = std::chrono::minutes(10);

bool is_success(const http::Response& answer) {
    return answer.status / 100 == 2;
}

constexpr std::string_view way_out = "start it with `ollama serve`, or name another server with --host or OLLAMA_HOST";
constexpr std::string_view way_to_name =
    "is the name spelt right? it may be known in another network only (a VPN's, a Compose service's); name the server "
    "with --host or OLLAMA_HOST, by its IP address if need be";

class HttpServer final : public Server, public Lister {
public:
    HttpServer(http::Client& client, http::Url endpoint, std::string authorization, Duration read_pace)
        : client_(client), endpoint_(std::move(endpoint)), authorization_(std::move(authorization)),
          read_pace_(read_pace) {}

    std::string version(Stop stop) override {
        return wire::version(answer(request("GET", "api/version"), nullptr, std::move(stop)).body, source());
    }

    // A name that somebody removes while the server walks through them fails the whole list, once (facts.md 3.2).
    Listing listing(Stop stop) override {
        for (int again = 2;; --again) {
            try {
                Listing all = wire::listing(list(request("GET", "api/tags"), stop), source(), stop);
                std::ranges::stable_sort(all.models, {}, &Installed::name);
                return all;
            } catch (const Error& error) {
                if (error.kind() != Kind::storage || again == 0) throw;
            }
        }
    }

    std::vector<Installed> installed(Stop stop) override { return listing(std::move(stop)).models; }

    std::vector<Running> running(Stop stop) override {
        http::Request question = request("GET", "api/ps");
        question.timeout = patience_with_ps;
        auto models = wire::running(list(question, stop), source(), stop);
        std::ranges::stable_sort(models, {}, &Running::name);
        return models;
    }

    Shown show(const ModelName& model, Stop stop) override {
        refuse_misread(model, "shown");
        json::Value body = json::Value::object();
        body.set("model", model.display());
        return wire::shown(answer(request("POST", "api/show", body), &model, stop).body, source(), stop);
    }

    bool has_blob(const Digest& digest, Stop stop) override {
        const http::Response head = send(request("HEAD", "api/blobs/" + digest.text()), {}, std::move(stop));
        if (!is_success(head) && head.status != 404) throw answer_error(head, nullptr, source());
        return is_success(head);
    }

    // All that was fetched is there when its name fails.
    PullEnd pull(const ModelName& model, Transport transport, const std::function<Flow(const PullEvent&)>& on_event,
                 Stop stop) override {
        PullEnd end = PullEnd::success;
        NameChanges::beside_others([&](bool) { end = pull_once(model, transport, on_event, stop); });
        return end;
    }

    Generated generate(const Prompt&, const std::function<Flow(const Chunk&)>&, Stop) override;

    Embedded embed(const Passage&, Stop) override;

    void load(const ModelName& model, const LoadOptions& options, Stop stop) override {
        refuse_misread(model, "loaded");
        single(model, loading(model, options), std::move(stop));
    }

    void unload(const ModelName& model, Stop stop) override {
        refuse_misread(model, "unloaded");
        single(model, loading(model, {.keep_alive = KeepAlive{Duration{0}}}), std::move(stop));
    }

    void copy(const ModelName& from, const ModelName& to, Stop stop) override {
        json::Value body = json::Value::object();
        body.set("source", from.display());
        body.set("destination", to.display());
        names_.one([&](bool) { answer(request("POST", "api/copy", body), &from, stop); });
    }

    void remove(const ModelName& model, Stop stop) override {
        refuse_misread(model, "removed");
        json::Value body = json::Value::object();
        body.set("model", model.display());
        names_.one([&](bool again) {
            try {
                answer(request("DELETE", "api/delete", body), &model, stop);
            } catch (const Error& error) { // it went, and what came after that had failed
                if (!again || error.kind() != Kind::not_found) throw;
            }
        });
    }

private:
    PullEnd pull_once(const ModelName&, Transport, const std::function<Flow(const PullEvent&)>&, Stop);
    std::string source() const { return endpoint_.text(); }
    http::Request request(std::string method, std::string_view path, const json::Value& body = {}) const;
    http::Response send(const http::Request&, const http::Receiver&, Stop);
    http::Response answer(const http::Request&, const ModelName*, Stop);
    std::string list(const http::Request&, const Stop&); // the body
    http::Response receive(const http::Request&, PullStream&, Stop);
    static json::Value loading(const ModelName&, const LoadOptions&);
    void single(const ModelName&, const json::Value& body, Stop);

    http::Client& client_;
    http::Url endpoint_;
    std::string authorization_;
    Duration read_pace_;
    NameChanges names_;
};

http::Request HttpServer::request(std::string method, std::string_view path, const json::Value& body) const {
    http::Request request;
    request.method = std::move(method);
    request.url = endpoint_ / path;
    request.headers.push_back({"Accept", "application/json"});
    if (!authorization_.empty()) request.headers.push_back({"Authorization", authorization_});
    request.timeout = patience;
    request.body_limit = largest_answer;
    if (!body.is_null()) {
        request.headers.push_back({"Content-Type", "application/json"});
        request.body = json::to_line(body);
    }
    return request;
}

http::Response HttpServer::answer(const http::Request& request, const ModelName* model, Stop stop) {
    const http::Response answer = send(request, {}, std::move(stop));
    if (!is_success(answer)) throw answer_error(answer, model, source());
    return answer;
}

std::string HttpServer::list(const http::Request& request, const Stop& stop) {
    std::string body;
    const auto receiver = [&](const http::Response&, const http::Piece& piece) {
        if (body.size() + piece.bytes.size() > largest_list.count()) {
            throw Error(Kind::protocol,
                        "the list of models of " + source() + " is longer than " + to_string(largest_list))
                .hint("is this an Ollama server? one with so many models is more than codemate was made for");
        }
        body += piece.bytes;
        return http::Flow::go_on;
    };
    const http::Response head = send(request, receiver, stop);
    if (!is_success(head)) throw answer_error(head, nullptr, source());
    return body;
}

// Says what to do when the server cannot be reached; a reason that knows better has said so itself.
http::Response HttpServer::send(const http::Request& request, const http::Receiver& receiver, Stop stop) {
    try {
        return client_.send(request, receiver, std::move(stop));
    } catch (const Error& error) {
        if (error.kind() != Kind::unreachable || !error.hint().empty()) throw;
        const bool unknown = http::obstacle_of(error) == http::Obstacle::name;
        throw Error(error).hint(std::string(unknown ? way_to_name : way_out));
    }
}

http::Response HttpServer::receive(const http::Request& request, PullStream& stream, Stop stop) {
    bool by_stream = false; // what it throws is what the server says
    const auto receiver = [&](const http::Response&, const http::Piece& piece) {
        try {
            return stream.take(piece.bytes) == Flow::drop ? http::Flow::drop : http::Flow::go_on;
        } catch (...) {
            by_stream = true;
            throw;
        }
    };
    try {
        return send(request, receiver, std::move(stop));
    } catch (const Error& error) {
        if (error.kind() != Kind::unreachable || by_stream || !stream.begun()) throw;
        throw Error(error).hint(std::string(resume_hint));
    }
}

PullEnd HttpServer::pull_once(const ModelName& model, Transport transport,
                              const std::function<Flow(const PullEvent&)>& on_event, Stop stop) {
    refuse_misread(model, "pulled");
    json::Value body = json::Value::object();
    body.set("model", model.display());
    if (transport == Transport::plain_http) body.set("insecure", true);
    body.set("stream", true);
    http::Request question = request("POST", "api/pull", body);
    question.headers.front().value = "application/x-ndjson";
    question.timeout.reset(); // it may take hours; who decides about stalls counts the pulses of silence
    question.read_pace = read_pace_;

    PullStream stream(model, source(), on_event, stop);
    const http::Response answer = receive(question, stream, std::move(stop));
    if (answer.dropped) return PullEnd::dropped;
    if (!is_success(answer)) {
        const auto text = wire::error_member(answer.body);
        throw text && answer.status == 500 ? pull_error(*text, model) : answer_error(answer, &model, source());
    }
    return stream.finish() == Flow::drop ? PullEnd::dropped : PullEnd::success;
}

// What a request for text and one for loading have in common.
json::Value HttpServer::loading(const ModelName& model, const LoadOptions& options) {
    json::Value body = json::Value::object();
    body.set("model", model.display());
    if (options.num_ctx) body.set("options", json::Value::object().set("num_ctx", *options.num_ctx));
    if (!options.keep_alive) return body;
    // A number is seconds, a negative one for ever; a text would need a unit (facts.md 3.10). Rounded up: nought would
    // unload it.
    const auto& span = options.keep_alive->span;
    return body.set("keep_alive", span ? std::chrono::ceil<std::chrono::seconds>(*span).count() : std::int64_t{-1});
}

// Loading takes minutes for what is large, during which nothing comes.
void HttpServer::single(const ModelName& model, const json::Value& body, Stop stop) {
    http::Request question = request("POST", "api/generate", body);
    question.timeout = patience_with_loading;
    const http::Response reply = answer(question, &model, std::move(stop));
    const auto read = wire::answer_line(reply.body, source());
    if (const auto* failure = std::get_if<wire::Failure>(&read)) throw generate_error(failure->text, model);
    if (!std::get<wire::AnswerLine>(read).done) throw wire::not_ollama(reply.body, source());
}

Generated HttpServer::generate(const Prompt& prompt, const std::function<Flow(const Chunk&)>& on_chunk, Stop stop) {
    refuse_misread(prompt.model, "run");
    json::Value body = loading(prompt.model, prompt.load);
    json::Value options = json::Value::object();
    if (prompt.load.num_ctx) options.set("num_ctx", *prompt.load.num_ctx);
    options.set("num_predict", prompt.num_predict).set("seed", prompt.seed).set("temperature", prompt.temperature);
    body.set("prompt", prompt.text).set("raw", prompt.raw).set("stream", true).set("options", std::move(options));
    http::Request question = request("POST", "api/generate", body);
    question.headers.front().value = "application/x-ndjson";
    question.timeout.reset();
    question.silence = prompt.patience;

    AnswerStream stream(prompt.model, source(), on_chunk, stop);
    const auto receiver = [&](const http::Response&, const http::Piece& piece) {
        return stream.take(piece) == Flow::drop ? http::Flow::drop : http::Flow::go_on;
    };
    const http::Response reply = send(question, receiver, std::move(stop));
    if (reply.dropped) return {.end = Generated::End::dropped};
    if (!is_success(reply)) throw answer_error(reply, &prompt.model, source());
    return stream.finish();
}

Embedded HttpServer::embed(const Passage& passage, Stop stop) {
    refuse_misread(passage.model, "run");
    http::Request question =
        request("POST", "api/embed", loading(passage.model, passage.load).set("input", passage.text));
    question.timeout.reset();
    question.silence = passage.patience;
    const http::Response reply = send(question, {}, std::move(stop));
    if (!is_success(reply)) throw embed_error(reply, passage.model, source());
    return wire::embedded(reply.body, source());
}

} // namespace

Listing list(Server& server, Stop stop) {
    if (auto* const lister = dynamic_cast<Lister*>(&server)) return lister->listing(std::move(stop));
    return {server.installed(std::move(stop)), 0};
}

std::unique_ptr<Server> connect(http::Client& client, http::Url endpoint, std::string authorization,
                                Duration read_pace) {
    return std::make_unique<HttpServer>(client, std::move(endpoint), std::move(authorization), read_pace);
}

} // namespace codemate::ollama
