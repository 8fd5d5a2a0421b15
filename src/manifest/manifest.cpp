#include "codemate/manifest/manifest.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::manifest {

std::string Origin::display() const {
    if (is_built_in()) return "built-in manifest";
    return printable(shown.empty() ? path.string() : shown);
}

bool Manifest::is_protected(const ModelName& name) const {
    return std::any_of(protect.begin(), protect.end(),
                       [&](const NamePattern& pattern) { return pattern.matches(name); });
}

std::vector<std::string> Manifest::roles_of(const ModelName& name) const {
    std::vector<std::string> found;
    for (const std::string& role : role_order) {
        if (roles.at(role).same_on_server(name)) found.push_back(role);
    }
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
