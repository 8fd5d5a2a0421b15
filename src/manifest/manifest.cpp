#include "codemate/manifest/manifest.hpp"

#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace codemate::manifest {

std::string Origin::display() const {
    if (is_built_in()) return "built-in manifest";
    return printable(shown.empty() ? path.string() : shown);
}

std::optional<ModelName> Manifest::embedding_model() const {
    for (const char* role : {"embedding", "embeddings"}) {
        if (const auto found = roles.find(role); found != roles.end()) return found->second;
    }
    return std::nullopt;
}

std::filesystem::path Manifest::chroma_directory() const {
    if (!vector_store || vector_store->chroma.empty()) return {};
    return origin.is_built_in() ? std::filesystem::path(vector_store->chroma)
                                : origin.path.parent_path() / vector_store->chroma;
}

bool Manifest::is_protected(const ModelName& name) const {
    return std::any_of(protect.begin(), protect.end(),
                       [&](const NamePattern& pattern) { return pattern.matches(name); });
}

ModelName Manifest::source_of(const ModelName& name) const {
    const Declared* found = declared(name);
    return found != nullptr && found->from ? *found->from : name;
}

std::vector<ModelName> Manifest::places_of(const ModelName& name) const {
    std::vector<ModelName> places{source_of(name)};
    if (!places.front().same_on_server(name)) places.push_back(name);
    const std::size_t named = places.size();
    for (const std::string& url : mirrors) {
        const std::optional<Mirror> mirror = Mirror::parse(url);
        if (!mirror) continue; // a mistake that parse() tells
        for (std::size_t i = 0; i < named; ++i)
            places.push_back(mirror->place_of(places[i]));
    }
    return places;
}

bool Manifest::without_tls(const ModelName& name) const {
    return !name.on_public_registry() && std::ranges::any_of(mirrors, [&](const std::string& url) {
        const std::optional<Mirror> mirror = Mirror::parse(url);
        return mirror && mirror->plain_http && equal_ignoring_case(mirror->host, name.host());
    });
}

std::vector<std::string> Manifest::roles_of(const ModelName& name) const {
    std::vector<std::string> found; // nearly always none or one
    for (const auto& [role, model] : roles) {
        if (model.same_on_server(name)) found.push_back(role);
    }
    if (found.size() < 2) return found;
    const std::set<std::string> all(found.begin(), found.end());
    found.clear();
    std::copy_if(role_order.begin(), role_order.end(), std::back_inserter(found),
                 [&](const std::string& role) { return all.contains(role); });
    return found;
}

const Declared* Manifest::declared(const ModelName& name) const {
    const auto found = models.find(name);
    return found == models.end() ? nullptr : &found->second;
}

Error to_error(const Origin& origin, std::span<const Problem> problems) {
    Error error(Kind::manifest, origin.display() + " has " + counted(problems.size(), "mistake"));
    for (const Problem& problem : problems) {
        std::string note = problem.line == 0 ? std::string() : "line " + std::to_string(problem.line) + ": ";
        if (!problem.path.empty()) note += problem.path + ": ";
        note += problem.text;
        if (!problem.hint.empty()) note += " (did you mean " + quoted(problem.hint) + "?)";
        error.note(std::move(note));
    }
    return error;
}

} // namespace codemate::manifest
