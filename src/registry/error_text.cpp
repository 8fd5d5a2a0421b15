#include "registry/error_text.hpp"

#include "registry/hosts.hpp"

#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <vector>

namespace codemate::registry {

namespace {

constexpr std::string_view is_it_one = "is there a registry at all? a proxy or a login page may answer in its place";
constexpr std::string_view way_there =
    "check the name of the registry and the way to it (https_proxy); CODEMATE_REGISTRY names another public registry";
constexpr std::string_view way_to_it = "check its address, and the way to it (https_proxy, no_proxy)";
constexpr std::string_view is_there_one_at_all = "is it the registry that redirects there? a proxy or a login page may "
                                                 "answer in its place; else check the way there (https_proxy)";
constexpr std::size_t longest_excerpt = 300;

// "DENIED: requested access to the resource is denied" of the OCI specification's {"errors":[{"code", "message"}]}.
std::string message_of(const json::Value& error) {
    const json::Value* message = error.find("message");
    const json::Value* code = error.find("code");
    if (message && message->string() && !message->string()->empty()) return *message->string();
    return code && code->string() ? *code->string() : "";
}

// Other forms, pages of HTML above all, say nothing that helps.
std::string registry_words(std::string_view body) {
    std::vector<std::string> messages;
    try {
        const json::Document document = json::read(body, "the answer");
        if (const auto* errors = document.root.find("errors")) {
            for (const auto& error : errors->elements().first(std::min<std::size_t>(errors->elements().size(), 3)))
                if (auto text = message_of(error); !text.empty()) messages.push_back(std::move(text));
        }
    } catch (const Error&) {
        return {};
    }
    return joined(messages, "; ");
}

std::string safe_words(const http::Response& answer, std::span<const std::string> secrets) {
    const std::string words = registry_words(answer.body);
    const bool repeats = std::ranges::any_of(
        secrets, [&](const std::string& secret) { return !secret.empty() && words.find(secret) != std::string::npos; });
    if (repeats || trimmed(words).empty()) return {};
    return ": " + printable(without_credentials(words), longest_excerpt);
}

std::string status_text(const http::Response& answer) {
    return "(" + std::to_string(answer.status) + ")";
}

bool lacks_tls(const Error& error) {
    return error.hint() == http::no_tls_hint;
}

Error busy(const http::Response& answer, std::string_view host, const std::string& words) {
    Error error(Kind::busy, std::string(host) + " asks to come back later " + status_text(answer) + words);
    const std::optional<Duration> wait = answer.retry_after();
    if (!wait) return error;
    error.retry_after(*wait);
    return std::move(error).hint("it asks to wait " + std::to_string(wait->count() / 1'000'000'000) + " s");
}

} // namespace

Error answer_error(const http::Response& answer, std::string_view what, std::string_view host,
                   std::span<const std::string> secrets) {
    const std::string words = safe_words(answer, secrets);
    const std::string whom(host);
    switch (answer.status) {
    case 401:
        return credentials_refused(what, host);
    case 403:
        return Error(Kind::forbidden, whom + " forbids " + std::string(what) + words)
            .hint("with other credentials it may be allowed: `docker login " + whom + "`");
    case 404:
    case 410:
        return not_found(what, host);
    case 412:
        return Error(Kind::unsupported, whom + " wants a newer client for " + std::string(what) + words);
    case 429:
    case 503:
        return busy(answer, host, words);
    default:
        break;
    }
    if (answer.status >= 500) {
        return Error(Kind::unreachable, whom + " failed " + status_text(answer) + words)
            .hint("try again a little later");
    }
    if (answer.status >= 400)
        return Error(Kind::failed, whom + " refuses " + std::string(what) + ' ' + status_text(answer) + words);
    return protocol_error(whom + " answers in an unexpected way " + status_text(answer));
}

Error not_found(std::string_view what, std::string_view host) {
    const std::string_view lacks = what.starts_with("the ") ? " does not have " : " has no ";
    return Error(Kind::not_found, std::string(host) + std::string(lacks) + std::string(what));
}

Error takes_no_push(const http::Response& answer, std::string_view repository, std::string_view host,
                    std::span<const std::string> secrets) {
    const std::string words = safe_words(answer, secrets);
    if (words.empty())
        return Error(Kind::protocol, std::string(host) + " is no registry that takes pushes " + status_text(answer))
            .hint(to_lower(repository) != repository
                      ? std::string(lower_case_only)
                      : "is its address right, and the path behind it? an Ollama server takes none");
    return Error(Kind::failed,
                 std::string(host) + " has no place for " + quoted(repository) + ' ' + status_text(answer) + words)
        .hint("some registries want a project to be made there first");
}

Error redirected(std::string_view what, std::string_view host, const http::Url& there) {
    return protocol_error(std::string(host) + " redirects to " + shown(there) + " where " + std::string(what) +
                          " was to be sent")
        .hint("nothing was sent there; " + std::string(is_it_one) + "; if the registry is there, name " + there.scheme +
              "://" + shown(there));
}

Error no_credentials(std::string_view what, std::string_view host) {
    return Error(Kind::unauthorised, std::string(host) + " wants credentials for " + std::string(what))
        .hint("log in with `docker login " + std::string(host) +
              "`; for what CODEMATE_REGISTRY names, CODEMATE_REGISTRY_USER and CODEMATE_REGISTRY_PASSWORD do as well");
}

Error credentials_refused(std::string_view what, std::string_view host) {
    return Error(Kind::unauthorised, std::string(host) + " refuses the credentials for " + std::string(what))
        .hint("check the name; if it is right, log in again with `docker login " + std::string(host) + "`");
}

Error no_known_login(std::string_view host) {
    return Error(Kind::unauthorised, std::string(host) + " offers no way to log in that codemate knows")
        .hint("Basic and Bearer with a token service are known; CODEMATE_REGISTRY_TOKEN is sent as it is");
}

Error unfit_token(std::string_view host) {
    return Error(Kind::usage, "the token for " + std::string(host) + " has characters that no token has")
        .hint("look at CODEMATE_REGISTRY_TOKEN, or log in again with `docker login " + std::string(host) + "`");
}

Error not_let_in(std::string_view what, std::string_view host, std::string_view there) {
    return Error(Kind::unauthorised, std::string(there) + ", to which " + std::string(host) +
                                         " redirects, wants credentials for " + std::string(what))
        .hint("credentials are never sent to where a registry redirects; the registry has to be repaired");
}

Error damaged(std::string_view what, std::string_view host) {
    return Error(Kind::damaged,
                 "what " + std::string(host) + " sends for " + std::string(what) + " does not have its digest")
        .hint("a proxy on the way may change it; if it stays so, the registry is damaged");
}

Error another_part(std::string_view what, std::string_view host) {
    return protocol_error(std::string(host) + " sends another part of " + std::string(what));
}

Error too_short(std::string_view what, std::string_view host, std::uint64_t size) {
    return protocol_error(std::string(host) + " has " + std::to_string(size) + " bytes in place of " +
                          std::string(what) + ", which is longer");
}

Error a_page(std::string_view what, std::string_view host) {
    return protocol_error(std::string(host) + " sends a web page in place of " + std::string(what));
}

Error no_such_part(std::string_view what, std::string_view host) {
    return protocol_error(std::string(host) + " says that " + std::string(what) + " is not that long");
}

Error ended_early(std::string_view what, std::string_view host, std::uint64_t got, std::uint64_t wanted) {
    return Error(Kind::unreachable, std::string(host) + " ended after " + std::to_string(got) + " of " +
                                        std::to_string(wanted) + " bytes of " + std::string(what))
        .hint("try again a little later");
}

Error protocol_error(std::string message) {
    return Error(Kind::protocol, std::move(message)).hint(std::string(is_it_one));
}

Error with_hint(Error error) {
    if (error.kind() == Kind::protocol && (error.hint() == default_hint(Kind::protocol) || lacks_tls(error)))
        return error.hint(std::string(is_it_one));
    if (error.kind() == Kind::unreachable && error.hint().empty()) return error.hint(std::string(way_there));
    return error;
}

Error redirected(Error error, std::string_view registry, std::string_view there) {
    const bool is_lost = error.kind() == Kind::unreachable && error.hint().empty();
    error = is_lost ? std::move(error).hint(std::string(is_there_one_at_all)) : with_hint(std::move(error));
    return std::move(error).context(std::string(registry) + " redirects to " + std::string(there));
}

// Names of models are written without http://.
Error with_hint(Error error, const http::Url& registry, Named named) {
    if (named == Named::by_the_user) {
        if (lacks_tls(error)) return error.hint("if it speaks http only: name it http://" + shown(registry));
        const bool is_lost = error.kind() == Kind::unreachable && error.hint().empty();
        return is_lost ? error.hint(std::string(way_to_it)) : with_hint(std::move(error));
    }
    if (!lacks_tls(error) || equal_ignoring_case(registry.host, ModelName::default_host))
        return with_hint(std::move(error));
    const std::string address = "http://" + shown(registry);
    return error.hint(
        "if it speaks http only: declare \"" + address +
        "\" in \"mirrors\" of codemate.json, or name it so in CODEMATE_REGISTRY; `codemate pull` also takes " +
        address + "/owner/model:tag");
}

} // namespace codemate::registry
