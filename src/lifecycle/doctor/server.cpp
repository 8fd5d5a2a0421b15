#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"
#include "lifecycle/doctor/proxy.hpp"

#include "codemate/base/text.hpp"
#include "codemate/http/date.hpp"
#include "codemate/http/obstacle.hpp"
#include "codemate/ollama/between.hpp"
#include "codemate/ollama/version.hpp"

#include <algorithm>

namespace codemate::lifecycle::doctor {
namespace {

// "reverse proxy nginx/1.25": what says of itself that it answered, or passed the answer on.
std::string in_between(const Facts& facts) {
    const http::Response& answer = *facts.contact.answer;
    if (const auto proxy = proxy_towards(facts.options.environment, *facts.options.endpoint))
        return "the proxy " + proxy->shown + " (" + proxy->variable + ")";
    for (const char* name : {"Via", "Server"}) {
        const std::string* value = answer.header(name);
        if (value != nullptr && !value->empty()) return "what stands before the server (" + printable(*value, 60) + ")";
    }
    return "what stands before the server";
}

// server/routes.go, allowedHost; its own name and addresses aside, which only the server knows.
constexpr std::string_view accepted = "localhost, its machine's own name, names that end with .localhost, .local or "
                                      ".internal, and its own or private IP addresses";

Findings host_refused(const Facts& facts) {
    const std::string host = printable(facts.options.endpoint->host, 100);
    return {problem("host_refused",
                    facts.options.address + " refuses the host name that reaches it (403 without a text); asked as " +
                        quoted(host, 100),
                    "an Ollama that listens on its own machine alone answers only to " + std::string(accepted),
                    {"a reverse proxy or tunnel has to send such a name: the header `Host: localhost:11434` (nginx: "
                     "`proxy_set_header Host localhost:11434;`, Caddy: `header_up Host localhost:11434`)",
                     "without one, ask it as localhost or by its IP address, or start it with OLLAMA_HOST=0.0.0.0"})};
}

Findings wants_credentials(const Facts& facts) {
    const bool https = facts.options.endpoint->scheme == "https";
    return {problem("credentials", facts.options.address + " wants credentials (401)",
                    "Ollama itself asks for none: it is " + in_between(facts) + " that does",
                    {https ? "set OLLAMA_API_KEY for a bearer token, or put a login for that host into ~/.netrc; what "
                             "is set is not accepted"
                           : "codemate sends OLLAMA_API_KEY and ~/.netrc to https addresses only: ask by https://"})};
}

std::string status_text(const http::Response& answer) {
    const std::string reason = printable(answer.reason, 60);
    return std::to_string(answer.status) + (reason.empty() ? "" : " " + reason);
}

Findings redirected(const Facts& facts) {
    const std::string* target = facts.contact.answer->header("Location");
    const std::string where = target ? without_credentials(*target) : "";
    return {problem("redirect",
                    facts.options.address + " sends elsewhere: " +
                        (target ? quoted(where.substr(0, where.find('?')), 200) : status_text(*facts.contact.answer)),
                    "no Ollama does so; a proxy does, to a login page or from http to https",
                    {"name the address it leads to with --host or OLLAMA_HOST"})};
}

Findings by_status(const Facts& facts) {
    const http::Response& answer = *facts.contact.answer;
    const std::string& address = facts.options.address;
    switch (answer.status) {
    case 400:
        if (!ollama::wants_https(answer.body)) break;
        return {problem("wants_https", address + " speaks https, and was asked by http",
                        "what stands there takes no other requests: " + in_between(facts),
                        {"write https:// in OLLAMA_HOST or --host"})};
    case 401:
        return wants_credentials(facts);
    case 403:
        if (trimmed(answer.body).empty()) return host_refused(facts);
        return {problem("forbidden", address + " refuses this client (403): " + quoted(trimmed(answer.body), 100),
                        "Ollama says nothing with a 403, so it is " + in_between(facts) + " that refuses",
                        {"look at the rules of the proxy or firewall, or ask its administrator"})};
    case 407:
        return {problem("proxy_credentials", "the proxy before " + address + " wants credentials (407)",
                        "nothing gets through " + in_between(facts) + " without them",
                        {"put them into the proxy's variable (http_proxy=http://USER:PASSWORD@HOST:PORT), or exempt "
                         "the server with NO_PROXY"})};
    case 429:
    case 503:
        return {problem("busy", address + " is overloaded (" + status_text(answer) + ")",
                        "Ollama says so when its queue is full (OLLAMA_MAX_QUEUE), a proxy when nobody is behind it",
                        {"try again in a moment; `ollama ps` on the server's machine shows what it does"})};
    case 502:
    case 504:
        return {problem("gateway", address + " is a proxy that does not reach its server (" + status_text(answer) + ")",
                        "it is " + in_between(facts) + " that answers: Ollama is down or listens elsewhere",
                        {"start `ollama serve` behind it, or correct the address that the proxy passes requests to"})};
    default:
        break;
    }
    if (answer.status / 100 == 3) return redirected(facts);
    if (answer.status / 100 == 5)
        return {problem("fails", address + " fails to say its version (" + status_text(answer) + ")",
                        "Ollama has no reason to: it is broken, or " + in_between(facts) + " is",
                        {"read the log of the server (`journalctl -u ollama`, `docker logs ollama`) and of what stands "
                         "before it"})};
    return {problem("not_ollama",
                    address + " answers, but not as an Ollama server (" + status_text(answer) + ", " +
                        to_string(ByteCount(answer.body.size())) + ")",
                    "something else listens there, or the path in the address is wrong",
                    {"name the server with --host or OLLAMA_HOST; Ollama's own port is 11434"})};
}

// By libcurl's codes, which http/failure.cpp has put into words.
bool is_about_tls(const Error& error) {
    return error.message().find("secure connection") != std::string::npos ||
           error.message().find("certificate") != std::string::npos;
}

std::vector<std::string> advice_of(const Error& error) {
    if (error.hint().empty()) return {};
    return {error.hint()};
}

Findings unknown_host(const Facts& facts) {
    return {problem("unknown_host", facts.contact.failure->message(),
                    "no name service knows it here: no server was asked",
                    {"is it spelt right? it may be known in another network only (a VPN's, a Compose service's), or "
                     "this machine has no network now",
                     "name the server with --host or OLLAMA_HOST, by its IP address if need be"})};
}

// Whoever did not take the connection was the proxy, and behind an https one perhaps the server.
Findings by_proxy(const Facts& facts, const Proxy& proxy) {
    return {
        problem("proxy", facts.contact.failure->message(),
                "requests to " + facts.options.address + " go through the proxy " + proxy.variable + "=" + proxy.shown,
                {"start that proxy, unset " + proxy.variable +
                     ", or exempt the server: NO_PROXY=" + printable(facts.options.endpoint->host, 100),
                 "if the proxy works: does it know the way to the server, and does that run?"})};
}

Findings without_answer(const Facts& facts) {
    const Error& error = *facts.contact.failure;
    if (facts.contact.silence == http::Silence::whole)
        return {problem("starting", facts.options.address + " takes the connection and does not answer",
                        "a server that starts listens before it has tidied up its models directory and found its GPUs; "
                        "one that hangs looks the same",
                        {"wait: `codemate verify --wait 2m` does; if it stays so, read the server's log (`journalctl "
                         "-u ollama`, `docker logs ollama`)"})};
    if (facts.contact.silence == http::Silence::partly)
        return {problem("slow", error.message(),
                        "an answer of a few bytes takes so long on a bad network, or by a proxy "
                        "that holds it back",
                        {"try it on the server's own machine: there it answers at once, or its log says why not"})};
    if ((error.kind() == Kind::protocol || error.kind() == Kind::usage) && is_about_tls(error))
        return {problem("tls", error.message(), "nothing is asked without a connection that can be trusted",
                        {error.hint()})};
    if (error.kind() == Kind::protocol)
        return {problem("not_ollama", error.message(), "something else listens there",
                        {"name the server with --host or OLLAMA_HOST; Ollama's own port is 11434"})};
    if (error.kind() != Kind::unreachable)
        return {problem("unreachable", error.message(), "without a server there are no models", advice_of(error))};
    if (http::obstacle_of(error) == http::Obstacle::name) return unknown_host(facts);
    if (http::obstacle_of(error) == http::Obstacle::hangs_up)
        return {
            problem("hangs_up", error.message(),
                    "something takes the connection, so the address is not empty: a proxy or firewall by its rules, "
                    "one that wants a client's certificate, or a program that is no Ollama",
                    {"read the log of what listens there",
                     "ask by http:// where it was https://, and the other way round; Ollama's own port is 11434"})};
    if (facts.options.endpoint) {
        if (const auto proxy = proxy_towards(facts.options.environment, *facts.options.endpoint))
            return by_proxy(facts, *proxy);
    }
    std::vector<std::string> advice;
    if (facts.options.endpoint && facts.options.endpoint->is_loopback())
        advice = {"start it with `ollama serve`, `systemctl start ollama` or `docker start ollama`; in a container its "
                  "port has to be published (-p 11434:11434)",
                  "or name another server with --host or OLLAMA_HOST"};
    else
        advice = {"is it running, does it listen on more than its own machine (OLLAMA_HOST=0.0.0.0), and does a "
                  "firewall let port " +
                      std::to_string(facts.options.endpoint ? facts.options.endpoint->port : 0) + " through?",
                  "or name another server with --host or OLLAMA_HOST"};
    if (facts.options.endpoint && facts.options.endpoint->scheme == "http" && facts.options.endpoint->port == 80) {
        http::Url meant = *facts.options.endpoint;
        meant.port = 11434;
        advice.insert(advice.begin(),
                      "it is port 80 that was asked, and Ollama's own is 11434: is " + meant.text() + " meant?");
    }
    return {problem("unreachable", error.message(), "without a server there are no models", std::move(advice))};
}

} // namespace

Findings check_server(const Facts& facts) {
    if (facts.options.bad_address && facts.options.endpoint)
        return {problem("key", facts.options.bad_address->message(), "nothing can be asked with it",
                        {"unset it, or set it to the key as it was given to you, in one line"})};
    if (facts.options.bad_address)
        return {problem("address", facts.options.bad_address->message(), "no server can be asked by it",
                        {"addresses look like 127.0.0.1:11434 or https://host/path: unset OLLAMA_HOST, or name one "
                         "with --host"})};
    if (!facts.contact.version.empty())
        return {ok(facts.options.address + " answers in " + to_text(facts.contact.answered - facts.contact.asked))};
    if (facts.contact.answer) return by_status(facts);
    if (facts.contact.failure) return without_answer(facts);
    return {skipped("it was not asked")};
}

Findings check_version(const Facts& facts) {
    const std::string& version = facts.contact.version;
    if (version.empty()) return {skipped(std::string(no_answer))};
    const std::string shown = printable(version, 60);
    const std::string update = "update Ollama on the server: https://ollama.com/download";
    const std::string wanted = facts.manifest ? facts.manifest->ollama : "";
    if (!wanted.empty() && ollama::fulfils(version, wanted) == false)
        return {problem("too_old", "ollama " + shown + ", and codemate.json asks for " + printable(wanted, 60),
                        "the project counts on what older versions lack", {update})};
    const std::vector<std::string> lacks = ollama::lacks(version);
    if (lacks.empty()) return {ok("ollama " + shown)};
    return {note("lacks", "ollama " + shown + ": " + joined(lacks, "; "),
                 "codemate works with it, and asks for what it does not say", {update})};
}

} // namespace codemate::lifecycle::doctor
