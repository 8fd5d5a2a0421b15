#include "registry/docker_config.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

void say_damaged(const std::string& where) {
    diagnostics::warning("Docker's configuration file: " + where + " cannot be understood and is ignored");
}

std::string text_of(const json::Value& object, std::string_view key) {
    const json::Value* member = object.find(key);
    const std::string* text = member ? member->string() : nullptr;
    return text ? *text : "";
}

// It becomes part of a program's name, so that nothing may lead elsewhere.
bool is_helper_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return letter || c == '-' || c == '_' || c == '.';
    });
}

// "user:password" in base64; Docker itself once filled it up with zeros.
bool read_auth(const std::string& encoded, Credentials& into) {
    auto pair = from_base64(trimmed(encoded));
    if (!pair) return false;
    while (pair->ends_with('\0'))
        pair->pop_back();
    const auto colon = pair->find(':');
    if (colon == std::string::npos || colon == 0) return false;
    into.user = pair->substr(0, colon);
    into.password = pair->substr(colon + 1);
    return true;
}

std::optional<Credentials> read_login(const std::string& host, const json::Value& entry) {
    Credentials found;
    found.identity_token = text_of(entry, "identitytoken");
    found.token = text_of(entry, "registrytoken");
    found.user = text_of(entry, "username");
    found.password = text_of(entry, "password");
    const std::string encoded = text_of(entry, "auth");
    if (!encoded.empty() && !read_auth(encoded, found) && found.user.empty())
        say_damaged("the login of " + quoted(host));
    if (!found.token.empty()) return Credentials{.token = found.token};
    if (found.user.empty() && found.identity_token.empty()) return std::nullopt;
    return found;
}

json::Value read_object(std::string_view text, const std::string& what) {
    try {
        json::Document document = json::read(text, what);
        if (document.root.is_object()) return std::move(document.root);
    } catch (const Error&) { // its message may quote what it did not expect
    }
    return {};
}

} // namespace

DockerConfig DockerConfig::parse(std::string_view text) {
    DockerConfig config;
    const json::Value root = read_object(text, "Docker's configuration file");
    if (!root.is_object()) {
        say_damaged("all of it");
        return config;
    }
    if (const auto* logins = root.find("auths")) {
        for (const auto& member : logins->members())
            config.logins[member.key] = read_login(member.key, member.value);
    }
    if (const auto* helpers = root.find("credHelpers")) {
        for (const auto& member : helpers->members()) {
            const std::string* name = member.value.string();
            if (name && is_helper_name(*name))
                config.helpers[member.key] = *name;
            else
                say_damaged("the helper of " + quoted(member.key));
        }
    }
    config.store = text_of(root, "credsStore");
    if (!config.store.empty() && !is_helper_name(config.store)) {
        say_damaged("credsStore");
        config.store.clear();
    }
    return config;
}

std::optional<Credentials> parse_helper_answer(std::string_view text) {
    const json::Value root = read_object(text, "the helper's answer");
    const std::string user = text_of(root, "Username"), secret = text_of(root, "Secret");
    if (secret.empty()) return std::nullopt;
    if (user == "<token>") return Credentials{.identity_token = secret};
    if (user.empty()) return std::nullopt;
    return Credentials{.user = user, .password = secret};
}

} // namespace codemate::registry
