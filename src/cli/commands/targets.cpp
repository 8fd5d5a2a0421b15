#include "cli/commands/targets.hpp"

namespace codemate::cli {

std::vector<std::string> plain_http_hosts(const std::vector<std::string>& targets, const manifest::Manifest& manifest) {
    std::vector<std::string> urls;
    for (const std::string& target : targets) {
        if (target.find("://") != std::string::npos) urls.push_back(target.substr(0, target.find("@sha256:")));
    }
    if (urls.empty()) return {};
    std::vector<std::string> hosts;
    for (const manifest::Wanted& wanted : manifest::resolve(manifest, urls)) {
        if (wanted.plain_http) hosts.push_back(wanted.name.host());
    }
    return hosts;
}

} // namespace codemate::cli
