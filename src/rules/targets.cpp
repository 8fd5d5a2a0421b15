#include "codemate/rules/targets.hpp"

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
