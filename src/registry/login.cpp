#include "registry/login.hpp"

#include "registry/challenge.hpp"
#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/token.hpp"
#include "registry/url_reference.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

std::string origin_key(const http::Url& registry) {
    return registry.scheme + "://" + registry.authority();
}

std::string repository_key(const Entrance& entrance) {
    std::string key = origin_key(entrance.registry) + ' ' + entrance.repository;
    if (entrance.wish == Entrance::Wish::write) key += " push " + entrance.mount_from;
    return key;
}

Authorization bearer(const std::string& token, Authorization::Who who) {
    return {"Bearer " + token, {token}, who, {}};
}

std::vector<std::string> scopes_for_writing(const Entrance& entrance) {
    std::vector<std::string> scopes{"repository:" + entrance.repository + ":pull,push"};
    if (!entrance.mount_from.empty()) scopes.push_back("repository:" + entrance.mount_from + ":pull");
    return scopes;
}

// No more than what is about to be done is asked for, whatever the registry says: a token for more would be worth
// stealing.
std::vector<std::string> scopes_of(const Challenge& challenge, const Entrance& entrance) {
    if (entrance.wish == Entrance::Wish::write) return scopes_for_writing(entrance);
    const std::vector<std::string> own{"repository:" + entrance.repository + ":pull"};
    const std::string* named = challenge.find("scope");
    if (!named) return own;
    std::vector<std::string> scopes;
    for (const auto scope : split(*named, ' ')) {
        if (scope.empty()) continue;
        if (!scope.starts_with("repository:") || !scope.ends_with(":pull")) return own;
        scopes.emplace_back(scope);
    }
    return scopes.empty() ? own : scopes;
}

const Challenge* find(const std::vector<Challenge>& challenges, std::string_view scheme) {
    const auto found = std::ranges::find(challenges, scheme, &Challenge::scheme);
    return found == challenges.end() ? nullptr : &*found;
}

} // namespace

Authorization Login::known(const Entrance& entrance) const {
    const std::lock_guard lock(mutex_);
    for (const auto& key : {origin_key(entrance.registry), repository_key(entrance)}) {
        if (const auto found = known_.find(key); found != known_.end()) return found->second;
    }
    return {};
}

Authorization Login::keep(std::string key, Authorization authorization) {
    const std::lock_guard lock(mutex_);
    return known_[std::move(key)] = std::move(authorization);
}

std::optional<Credentials> Login::credentials_for(const http::Url& url) {
    if (!options_.credentials) return std::nullopt;
    const std::lock_guard lock(asking_);
    const std::string host = url.authority();
    if (const auto found = credentials_.find(host); found != credentials_.end()) return found->second;
    return credentials_[host] = options_.credentials(host);
}

Authorization Login::answer(const http::Response& refusal, const Entrance& entrance, const Authorization& refused,
                            Stop stop) {
    if (auto other = known(entrance); !other.header.empty() && other.header != refused.header) return other;
    const auto challenges = challenges_of(refusal);
    const auto credentials = credentials_for(entrance.registry);
    const std::string host = shown(entrance.registry);
    const bool has_token = credentials && !credentials->token.empty();
    const Challenge* by_token = find(challenges, "bearer");
    if (const auto* realm = by_token ? by_token->find("realm") : nullptr; realm && !has_token)
        return token_from(absolute_url(*realm, host), *by_token, entrance, std::move(stop));
    if (!credentials) throw no_credentials(entrance.what, host);
    const bool has_user = !credentials->user.empty() && find(challenges, "basic");
    if (!has_token && !has_user) throw no_known_login(host);
    const Authorization answer = as_they_are(*credentials, entrance);
    if (answer.header == refused.header) throw credentials_refused(entrance.what, host);
    return keep(origin_key(entrance.registry), answer);
}

Error Login::refused(const Entrance& entrance, const Authorization& authorization) {
    const std::string host = shown(entrance.registry);
    Error error = authorization.who == Authorization::Who::user ? credentials_refused(entrance.what, host)
                                                                : no_credentials(entrance.what, host);
    return authorization.note.empty() ? error : std::move(error).note(authorization.note);
}

Authorization Login::as_they_are(const Credentials& credentials, const Entrance& entrance) {
    if (credentials.token.empty()) {
        const std::string header = basic(credentials);
        return {header, {credentials.password, header.substr(header.find(' ') + 1)}, Authorization::Who::user, {}};
    }
    if (!is_token(credentials.token)) throw unfit_token(shown(entrance.registry));
    return bearer(credentials.token, Authorization::Who::user);
}

// Plain HTTP is spoken to nobody whom the user did not name.
void Login::check_realm(const http::Url& realm, const http::Url& registry) const {
    if (realm.scheme == "https") return;
    const auto is_realm = [&](const std::string& plain) { return means_host(plain, realm.authority()); };
    const bool named =
        equal_ignoring_case(realm.host, registry.host) || std::ranges::any_of(options_.plain_http_hosts, is_realm);
    if (registry.scheme == "http" && named) return;
    throw protocol_error(shown(registry) + " sends for a token to " + shown(realm) + " without encryption")
        .hint("nothing was sent there; the registry has to name its token service with https");
}

// The registry's credentials go to a token service of the same people; any other gets what the user has stored for it.
Authorization Login::token_from(const http::Url& realm, const Challenge& challenge, const Entrance& entrance,
                                Stop stop) {
    check_realm(realm, entrance.registry);
    TokenRequest request{realm, "", scopes_of(challenge, entrance), {}};
    if (const auto* service = challenge.find("service")) request.service = *service;
    const bool same_people = related(realm.host, entrance.registry.host);
    request.credentials = credentials_for(same_people ? entrance.registry : realm);
    std::string note;
    if (!same_people && !request.credentials && credentials_for(entrance.registry)) {
        note = "its token service " + shown(realm) + " is on another domain and was not sent the credentials of " +
               shown(entrance.registry) + "; `docker login " + shown(realm) + "` stores some for it";
    }
    const bool usable =
        request.credentials && !(request.credentials->user.empty() && request.credentials->identity_token.empty());
    if (!usable) request.credentials.reset();
    try {
        auto answer = bearer(fetch_token(client_, request, std::move(stop)),
                             usable ? Authorization::Who::user : Authorization::Who::nobody);
        answer.note = note;
        return keep(repository_key(entrance), std::move(answer));
    } catch (const Error& error) {
        Error why = with_hint(error).context("no token for " + entrance.what);
        throw note.empty() ? why : std::move(why).note(note);
    }
}

} // namespace codemate::registry
