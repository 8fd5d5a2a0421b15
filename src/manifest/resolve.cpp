#include "codemate/base/text.hpp"
#include "codemate/manifest/manifest.hpp"

#include <algorithm>
#include <set>

namespace codemate::manifest {
namespace {

constexpr std::string_view default_group = "default";

Error usage(std::string message) {
    return Error(Kind::usage, std::move(message));
}

// The groups that a target may name, the required set first.
std::vector<std::string> group_names(const Manifest& manifest) {
    std::vector<std::string> names{std::string(default_group)};
    for (const auto& [name, members] : manifest.groups) {
        if (name != default_group) names.push_back(name);
    }
    return names;
}

bool is_group(const Manifest& manifest, std::string_view word) {
    return word == default_group || manifest.groups.contains(std::string(word));
}

// A name in the spelling of the manifest, if it is declared there.
const ModelName* declared_name(const Manifest& manifest, const ModelName& name) {
    const auto found = manifest.models.find(name);
    return found == manifest.models.end() ? nullptr : &found->first;
}

// The models of a group, in the order of its members, those of inner groups in their place. Without recursion: a file
// may have a chain of groups of any length.
std::vector<ModelName> models_of_group(const Manifest& manifest, std::string_view group) {
    std::vector<ModelName> models;
    std::set<std::string> opened;
    std::vector<std::string> to_do{std::string(group)};
    while (!to_do.empty()) {
        const std::string word = std::move(to_do.back());
        to_do.pop_back();
        const auto role = manifest.roles.find(word);
        if (is_group(manifest, word)) {
            if (!opened.insert(word).second) continue;
            const auto found = manifest.groups.find(word);
            if (found != manifest.groups.end()) {
                to_do.insert(to_do.end(), found->second.rbegin(), found->second.rend());
            } else {
                to_do.insert(to_do.end(), manifest.role_order.rbegin(), manifest.role_order.rend());
            }
        } else {
            models.push_back(role != manifest.roles.end() ? role->second : ModelName::parse(word));
        }
    }
    return models;
}

std::string did_you_mean(const Manifest& manifest, std::string_view target, const std::string& otherwise) {
    const std::vector<std::string> words = known_words(manifest);
    const auto meant = nearest(target, words);
    return meant ? "did you mean " + quoted(*meant) + "?" : otherwise;
}

void refuse_digest(std::string_view target) {
    const std::size_t at = target.find("@sha256");
    if (at == std::string_view::npos) return;
    throw usage(quoted(target) + " names a digest, which only pull, export and rollback take")
        .hint("name the tag, " + quoted(target.substr(0, at)) + ", and compare the digest afterwards");
}

void refuse_local_tag(std::string_view target, const ModelName& name) {
    if (!equal_ignoring_case(name.tag(), "local")) return;
    throw usage(quoted(target) +
                ": Ollama takes ':local' for the place where a model runs, not for a tag, and would act on " +
                quoted(name.with_tag(std::string(ModelName::default_tag)).display()))
        .hint("copy the model to another tag with `ollama cp` and use that name");
}

ModelName parse_name(const Manifest& manifest, std::string_view target, std::string_view name) {
    try {
        return ModelName::parse(name);
    } catch (const Error& error) {
        throw usage(error.message()).hint(did_you_mean(manifest, target, error.hint()));
    }
}

// A target that is neither group nor role: a model's name.
Wanted named_model(const Manifest& manifest, const std::string& target, std::string_view text) {
    refuse_digest(target);
    const ModelName name = parse_name(manifest, target, text);
    refuse_local_tag(target, name);
    const ModelName* declared = declared_name(manifest, name);
    return {declared == nullptr ? name : *declared, target, declared != nullptr, false};
}

// Ollama drops a scheme and decides by another field of its request whether it speaks plain HTTP.
Wanted model_at_url(const Manifest& manifest, const std::string& target) {
    const std::size_t end = target.find("://");
    const std::string scheme = to_lower(std::string_view(target).substr(0, end));
    const std::string_view rest = std::string_view(target).substr(end + 3);
    if (scheme != "http" && scheme != "https") {
        throw usage(quoted(target) + ": registries speak http and https, not " + quoted(scheme, 50))
            .hint("write host:port/owner/model:tag, with http:// in front for a registry without TLS");
    }
    if (const auto slashes = std::count(rest.begin(), rest.end(), '/'); slashes != 2) {
        throw usage(quoted(target) + (slashes < 2 ? " lacks a part" : " has a part too many") +
                    ": behind the scheme come host, owner and model")
            .hint("write " + scheme + "://host:port/owner/model:tag");
    }
    Wanted wanted = named_model(manifest, target, rest);
    wanted.plain_http = scheme == "http";
    if (wanted.plain_http && wanted.name.on_public_registry()) {
        throw usage(quoted(target) + ": the public registry is not asked without TLS")
            .hint("leave http:// out: " + wanted.name.display());
    }
    return wanted;
}

std::vector<Wanted> models_of(const Manifest& manifest, const std::string& target) {
    std::vector<Wanted> wanted;
    if (target.empty()) throw usage("a target is empty").hint("name a group, a role or a model");
    if (target == "all") {
        throw usage("'all' is everything that is installed, which the manifest does not know")
            .hint("name a group: " + listed(group_names(manifest), "or"));
    }
    if (is_group(manifest, target)) {
        for (const ModelName& name : models_of_group(manifest, target))
            wanted.push_back({name, target, true, false});
    } else if (const auto role = manifest.roles.find(target); role != manifest.roles.end()) {
        wanted.push_back({role->second, target, true, false});
    } else if (target.find("://") != std::string::npos) {
        wanted.push_back(model_at_url(manifest, target));
    } else {
        wanted.push_back(named_model(manifest, target, target));
    }
    return wanted;
}

} // namespace

std::vector<Wanted> resolve(const Manifest& manifest, std::span<const std::string> targets) {
    const std::string required(default_group);
    std::vector<Wanted> result;
    std::map<ModelName, std::size_t, ServerOrder> places;
    for (const std::string& target : targets.empty() ? std::span(&required, 1) : targets) {
        for (Wanted& wanted : models_of(manifest, target)) {
            const auto [place, is_new] = places.emplace(wanted.name, result.size());
            if (is_new) {
                result.push_back(std::move(wanted));
            } else if (result[place->second].plain_http != wanted.plain_http) {
                throw usage(quoted(wanted.name.display()) + " is asked for with and without http://")
                    .hint("name it once");
            }
        }
    }
    return result;
}

std::vector<ModelName> required_set(const Manifest& manifest) {
    std::vector<ModelName> names;
    for (Wanted& wanted : resolve(manifest, {}))
        names.push_back(std::move(wanted.name));
    return names;
}

std::vector<std::string> known_words(const Manifest& manifest) {
    std::vector<std::string> words = group_names(manifest);
    for (const auto& [role, model] : manifest.roles)
        words.push_back(role);
    for (const auto& [name, declared] : manifest.models) {
        const std::string full = name.display();
        const std::string brief = name.display_short();
        words.push_back(brief);
        if (full != brief) words.push_back(full);
    }
    return words;
}

} // namespace codemate::manifest
