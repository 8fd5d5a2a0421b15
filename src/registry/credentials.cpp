#include "codemate/registry/credentials.hpp"

#include "registry/docker_config.hpp"
#include "registry/hosts.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <memory>

namespace codemate::registry {

namespace {

// The entry whose key means the host, and its key as it was written: a helper knows the host under that name.
template<class Map>
auto entry_for(const Map& map, const std::string& host) {
    return std::ranges::find_if(map, [&](const auto& entry) { return means_host(entry.first, host); });
}

std::string usual_name(const std::string& host_and_port) {
    std::string name = host_and_port;
    if (name.ends_with(":443")) name.erase(name.size() - 4);
    return means_host("docker.io", host_and_port) ? "https://index.docker.io/v1/" : name;
}

std::optional<Credentials> ask_helper(const RunHelper& run, const std::string& name, const std::string& host) {
    const std::string program = "docker-credential-" + name;
    std::string why = "answered with no credentials";
    try {
        if (auto found = parse_helper_answer(run(program, host))) return found;
    } catch (const Error& error) { // not its message: what a helper prints may hold a secret
        why = "failed (" + std::string(to_string(error.kind())) + ")";
    }
    diagnostics::info(program + " " + why + " for " + quoted(host));
    return std::nullopt;
}

std::optional<Credentials> look_up(const DockerConfig& config, const RunHelper& run, const std::string& host) {
    const auto login = entry_for(config.logins, host);
    const auto helper = entry_for(config.helpers, host);
    std::optional<Credentials> found;
    if (helper != config.helpers.end()) {
        found = ask_helper(run, helper->second, helper->first);
    } else if (!config.store.empty()) {
        found = ask_helper(run, config.store, login == config.logins.end() ? usual_name(host) : login->first);
    }
    return found || login == config.logins.end() ? found : login->second;
}

} // namespace

CredentialsFor docker_credentials(std::string_view config_text, RunHelper run) {
    const auto config = std::make_shared<const DockerConfig>(DockerConfig::parse(config_text));
    return [config, run = std::move(run)](const std::string& host) { return look_up(*config, run, host); };
}

CredentialsFor fixed_credentials(std::string host_and_port, Credentials credentials) {
    return [known = std::move(host_and_port),
            credentials = std::move(credentials)](const std::string& host) -> std::optional<Credentials> {
        if (!means_host(known, host)) return std::nullopt;
        return credentials;
    };
}

CredentialsFor first_of(std::vector<CredentialsFor> sources) {
    return [sources = std::move(sources)](const std::string& host) -> std::optional<Credentials> {
        for (const auto& source : sources) {
            if (!source) continue;
            if (auto found = source(host)) return found;
        }
        return std::nullopt;
    };
}

} // namespace codemate::registry
