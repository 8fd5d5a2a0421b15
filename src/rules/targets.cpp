#include "codemate/rules/targets.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <set>

namespace codemate::rules {
namespace {

constexpr const char* everything = "all";

manifest::Wanted wanted(const ModelName& name, const manifest::Manifest& manifest) {
    return {name, everything, manifest.declared(name) != nullptr, false};
}

} // namespace

std::vector<ollama::Installed> own_models(const std::vector<ollama::Installed>& installed) {
    std::vector<ollama::Installed> models;
    for (const ollama::Installed& model : installed) {
        if (!model.cloud() && !is_own_name(model.name)) models.push_back(model);
    }
    return models;
}

std::vector<manifest::Wanted> resolve(const manifest::Manifest& manifest, std::span<const std::string> targets,
                                      const std::vector<ollama::Installed>& installed) {
    std::vector<std::string> words(targets.begin(), targets.end());
    const bool all = std::erase(words, everything) > 0;
    std::vector<manifest::Wanted> result;
    if (!all || !words.empty()) result = manifest::resolve(manifest, words);
    if (!all) return result;
    std::set<ModelName, ServerOrder> known;
    for (const manifest::Wanted& each : result)
        known.insert(each.name);
    for (const ollama::Installed& model : own_models(installed)) {
        if (known.insert(model.name).second) result.push_back(wanted(model.name, manifest));
    }
    return result;
}

std::optional<DigestTarget> parse_digest_target(const std::string& target) {
    constexpr std::string_view algorithm = "sha256:";
    constexpr std::size_t least = 12; // what `list` shows
    constexpr std::size_t most = 64;
    const std::size_t at = target.rfind('@');
    if (at == std::string::npos) return std::nullopt;
    const std::string digest = to_lower(target.substr(at + 1));
    const std::string digits = digest.starts_with(algorithm) ? digest.substr(algorithm.size()) : "";
    const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (at == 0 || digits.size() < least || digits.size() > most || !hex) {
        throw Error(Kind::usage, quoted(target) + " is no name with a digest")
            .hint("as in mistral:latest@sha256:6577803aa9a0: 12 to 64 hexadecimal digits behind @sha256:");
    }
    return DigestTarget{target.substr(0, at), digits};
}

Targets parse_targets(const std::vector<std::string>& targets) {
    Targets parsed;
    for (const std::string& target : targets) {
        const auto digest = parse_digest_target(target);
        parsed.words.push_back(digest ? digest->target : target);
        if (digest) parsed.with_digest.push_back(*digest);
    }
    return parsed;
}

bool DigestTarget::matches(const Digest& digest) const {
    return digest.hex().starts_with(digits);
}

const ollama::Installed* find(const std::vector<ollama::Installed>& installed, const ModelName& name) {
    const auto found = std::ranges::find_if(
        installed, [&](const ollama::Installed& model) { return model.name.same_on_server(name); });
    return found == installed.end() ? nullptr : &*found;
}

InstalledByName::InstalledByName(const std::vector<ollama::Installed>& installed) {
    for (const ollama::Installed& model : installed)
        models_.emplace(model.name, &model); // of two the first, as find() has it
}

const ollama::Installed* InstalledByName::find(const ModelName& name) const {
    const auto found = models_.find(name);
    return found == models_.end() ? nullptr : found->second;
}

} // namespace codemate::rules
