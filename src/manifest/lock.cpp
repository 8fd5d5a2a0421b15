#include "codemate/manifest/lock.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::manifest {
namespace {

bool is_allowed(const ModelName& source, const ModelName& name, const Manifest& manifest) {
    const std::vector<ModelName> places = manifest.places_of(name);
    return std::ranges::any_of(places, [&](const ModelName& place) { return place.same_on_server(source); });
}

} // namespace

bool Locked::is(const Digest& other) const {
    return other == digest || std::ranges::find(same, other) != same.end();
}

const Locked* Lock::find(const ModelName& name) const {
    const auto found = models.find(name);
    return found == models.end() ? nullptr : &found->second;
}

std::vector<Problem> check_sources(const Lock& lock, const Manifest& manifest) {
    std::vector<Problem> problems;
    for (const auto& [name, locked] : lock.models) {
        if (is_allowed(locked.source, name, manifest)) continue;
        Problem problem;
        problem.line = locked.source_line;
        problem.path = printable("/models" + json::pointer_step(name.display()) + "/source");
        problem.text = quoted(locked.source.display(), 200) + " is neither " + quoted(name.display(), 200) +
                       " itself, nor the model that its \"from\" names, nor one of both at a declared mirror";
        problems.push_back(std::move(problem));
    }
    std::ranges::stable_sort(problems, {}, &Problem::line);
    return problems;
}

} // namespace codemate::manifest
