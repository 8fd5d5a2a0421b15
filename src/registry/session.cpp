#include "registry/session.hpp"

#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/url_reference.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"

#include <optional>

namespace codemate::registry {

namespace {

constexpr int most_redirects = 5;
constexpr ByteCount stream_buffer(std::uint64_t{256} << 10);
constexpr ByteCount other_limit(std::uint64_t{64} << 10); // of a body that is no success

constexpr std::size_t most_remembered = 64; // a long run must not keep addresses of all that it has read

// A large blob is read in many parts: where it is need not be asked for each of them.
bool is_part(const Question& question) {
    return question.take && question.method == "GET";
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 307 || status == 308;
}

// Where the answer sends to, if it does. What is said of the very same address is no redirect: some proxies add that to
// satisfy Ollama's server.
std::optional<http::Url> next_address(const http::Response& answer, const Question& question, const http::Url& from) {
    const std::string* location = answer.header("Location");
    const bool located = question.located == Question::Located::followed && answer.status == 200;
    if (!is_redirect(answer.status) && !(located && location)) return std::nullopt;
    if (!location) throw protocol_error(shown(from) + " redirects to nowhere");
    http::Url next = resolve(from, *location, shown(from));
    if (located && next == from) return std::nullopt;
    return next;
}

void check_redirect(const http::Url& from, const http::Url& to) {
    if (from.scheme == "https" && to.scheme != "https") {
        throw protocol_error(shown(from) + " redirects to " + shown(to) + " without encryption")
            .hint("nothing was sent there; the registry has to redirect to https");
    }
}

// Whoever answers in a registry's place, as a login page does, is sent nothing.
void check_redirect_of(const Question& question, const http::Url& from, const http::Url& to) {
    check_redirect(from, to);
    const bool reads = question.method == "GET" || question.method == "HEAD";
    if (!reads && !same_origin(from, to)) throw redirected(question.entrance.what, shown(from), to);
}

// The body of a success while it comes.
class Body {
public:
    Body(const Question& question, const http::Url& from) : question_(question), from_(from) {}

    http::Flow take(const http::Response& head, const http::Piece& piece) {
        if (piece.bytes.empty() || head.status / 100 != 2) return http::Flow::go_on;
        if (next_address(head, question_, from_)) return http::Flow::drop;
        check_encoding(head);
        if (question_.take) return question_.take(head, piece.bytes);
        const std::uint64_t room = question_.limit.count() - bytes_.size();
        const bool cut_off = question_.beyond == Question::Beyond::cut_off;
        if (piece.bytes.size() > room && !cut_off) {
            throw protocol_error("what " + shown(from_) + " sends for " + question_.entrance.what + " is longer than " +
                                 to_string(question_.limit));
        }
        bytes_.append(piece.bytes.substr(0, room));
        return cut_off && bytes_.size() == question_.limit.count() ? http::Flow::drop : http::Flow::go_on;
    }
    std::string release() { return std::move(bytes_); }

private:
    // Unpacking would let a few bytes become gigabytes.
    void check_encoding(const http::Response& head) const {
        const std::string* encoding = head.header("Content-Encoding");
        if (!encoding || encoding->empty() || equal_ignoring_case(*encoding, "identity")) return;
        throw protocol_error("what " + shown(from_) + " sends for " + question_.entrance.what + " is compressed (" +
                             printable(*encoding, 40) + "), which was not asked for");
    }

    const Question& question_;
    const http::Url& from_;
    std::string bytes_;
};

// Where an upload goes on, the registry has said; behind the question mark may stand what nobody else is to know.
std::string path_of(const Question& question) {
    return question.at ? question.at->path.substr(0, question.at->path.find('?')) : question.path;
}

} // namespace

http::Response Session::send_once(const Question& question, const http::Url& url, const Authorization& authorization,
                                  Stop stop) {
    http::Request request;
    request.method = question.method;
    request.url = url;
    request.headers = question.headers;
    request.upload = question.upload;
    request.timeout = question.patience;
    request.silence = question.silence;
    if (question.take) request.read_buffer = stream_buffer;
    request.body_limit = other_limit;
    if (!authorization.header.empty()) request.headers.push_back({"Authorization", authorization.header});
    Body body(question, url);
    const auto receiver = [&](const http::Response& head, const http::Piece& piece) { return body.take(head, piece); };
    try {
        http::Response answer = client_.send(request, receiver, std::move(stop));
        if (answer.status / 100 == 2) answer.body = body.release();
        if (diagnostics::wanted(diagnostics::Level::debug)) {
            diagnostics::debug("registry " + shown(url) + ": " + question.method + " " + path_of(question) + ": " +
                               std::to_string(answer.status));
        }
        return answer;
    } catch (const Error& error) {
        const http::Url& registry = question.entrance.registry;
        throw same_origin(url, registry) ? with_hint(error, registry, named_)
                                         : redirected(error, shown(registry), shown(url));
    }
}

std::optional<http::Url> Session::remembered(const http::Url& start) const {
    const std::lock_guard lock(mutex_);
    const auto found = final_addresses_.find(start.text());
    return found == final_addresses_.end() ? std::nullopt : std::optional(found->second);
}

void Session::remember(const http::Url& start, const http::Url& address) {
    const std::lock_guard lock(mutex_);
    if (final_addresses_.size() >= most_remembered) final_addresses_.clear();
    final_addresses_.insert_or_assign(start.text(), address);
}

void Session::forget(const http::Url& start) {
    const std::lock_guard lock(mutex_);
    final_addresses_.erase(start.text());
}

// Nothing: it has to be asked from the start, as when a signed address has expired. What a failure has passed on cannot
// be taken back: it is the caller's, who asks again.
std::optional<http::Response> Session::send_to_remembered(const Question& question, const http::Url& start,
                                                          const Authorization& authorization, const Stop& stop) {
    if (!is_part(question)) return std::nullopt;
    const std::optional<http::Url> address = remembered(start);
    if (!address) return std::nullopt;
    try {
        const bool at_home = same_origin(*address, start);
        http::Response answer = send_once(question, *address, at_home ? authorization : Authorization{}, stop);
        if (answer.status / 100 == 2 && !next_address(answer, question, *address)) return answer;
    } catch (const Error&) {
        forget(start);
        throw;
    }
    forget(start);
    return std::nullopt;
}

http::Response Session::send(const Question& question, Stop stop) {
    const http::Url& home = question.entrance.registry;
    const http::Url start = question.at ? *question.at : home / question.path;
    if (question.at) check_redirect(home, start);
    http::Url url = start;
    Authorization authorization = login_.known(question.entrance);
    if (auto answer = send_to_remembered(question, start, authorization, stop)) return std::move(*answer);
    bool logged_in = false;
    for (int redirects = 0;;) {
        const bool at_home = same_origin(url, home);
        http::Response answer = send_once(question, url, at_home ? authorization : Authorization{}, stop);
        if (answer.status == 401 && at_home && !logged_in) {
            authorization = login_.answer(answer, question.entrance, authorization, stop);
            logged_in = true;
            continue;
        }
        const auto next = next_address(answer, question, url);
        if (answer.status == 401)
            throw at_home ? Login::refused(question.entrance, authorization)
                          : not_let_in(question.entrance.what, shown(home), shown(url));
        if (!next) {
            if (is_part(question) && redirects > 0 && answer.status / 100 == 2) remember(start, url);
            return answer;
        }
        check_redirect_of(question, url, *next);
        if (++redirects > most_redirects)
            throw protocol_error(shown(start) + " redirects more than " + std::to_string(most_redirects) + " times");
        url = *next;
    }
}

Error Session::refusal(const http::Response& answer, const Question& question) const {
    const auto secrets = login_.known(question.entrance).secrets;
    return answer_error(answer, question.entrance.what, shown(question.entrance.registry), secrets);
}

Error Session::takes_no_push(const http::Response& answer, const Question& question) const {
    const auto secrets = login_.known(question.entrance).secrets;
    return registry::takes_no_push(answer, question.entrance.repository, shown(question.entrance.registry), secrets);
}

} // namespace codemate::registry
