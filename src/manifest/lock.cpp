#include "codemate/manifest/lock.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::manifest {
namespace {

// Of a declared mirror, "http://registry.lan:5000/", what stands as the host of a model's name.
std::string_view host_of(std::string_view mirror) {
    const std::size_t scheme = mirror.find("://");
    if (scheme != std::string_view::npos) mirror.remove_prefix(scheme + 3);
    return mirror.substr(0, mirror.find('/'));
}

bool is_mirrored(const ModelName& source, const ModelName& name, const Manifest& manifest) {
    return std::ranges::any_of(manifest.mirrors, [&](const std::string& mirror) {
        return equal_ignoring_case(host_of(mirror), source.host()) &&
               source.same_on_server(ModelName(source.host(), name.owner(), name.model(), name.tag()));
    });
}

bool is_allowed(const ModelName& source, const ModelName& name, const Manifest& manifest) {
    if (source.same_on_server(name) || is_mirrored(source, name, manifest)) return true;
    const Declared* declared = manifest.declared(name);
    if (declared == nullptr || !declared->from) return false;
    return source.same_on_server(*declared->from) || is_mirrored(source, *declared->from, manifest);
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
        problem.path = printable("/models" + json::pointer_step(name.display()) + "/source");
        problem.text = quoted(locked.source.display(), 200) + " is neither " + quoted(name.display(), 200) +
                       " itself, nor the model that its \"from\" names, nor one of both at a declared mirror";
        problems.push_back(std::move(problem));
    }
    return problems;
}

} // namespace codemate::manifest
