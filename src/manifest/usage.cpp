#include "codemate/manifest/usage.hpp"

#include <algorithm>

namespace codemate::manifest {
namespace {

const std::string default_group = "default";

} // namespace

Usage::Usage(const Manifest& manifest) {
    for (const std::string& role : manifest.role_order)
        roles_[manifest.roles.at(role)].push_back(role);
    for (const auto& [name, members] : manifest.groups) {
        numbers_.emplace(name, groups_.size());
        groups_.push_back({name, {}});
    }
    for (const auto& [name, members] : manifest.groups) {
        for (const std::string& member : members)
            enter(manifest, numbers_.at(name), member);
    }
}

// As resolve() understands a member: a group, a role, a model.
void Usage::enter(const Manifest& manifest, std::size_t group, const std::string& member) {
    if (const auto inner = numbers_.find(member); inner != numbers_.end()) {
        groups_[inner->second].within.push_back(group);
    } else if (member == default_group) {
        for (const auto& [model, roles] : roles_)
            groups_with_[model].push_back(group);
    } else if (const auto role = manifest.roles.find(member); role != manifest.roles.end()) {
        groups_with_[role->second].push_back(group);
    } else {
        groups_with_[ModelName::parse(member)].push_back(group);
    }
}

std::vector<std::string> Usage::roles_of(const ModelName& name) const {
    const auto found = roles_.find(name);
    return found == roles_.end() ? std::vector<std::string>() : found->second;
}

// From the model upwards, so that it costs no more than what is found.
std::vector<std::string> Usage::groups_of(const ModelName& name) const {
    const auto direct = groups_with_.find(name);
    if (direct == groups_with_.end()) return {};
    std::vector<bool> is_reached(groups_.size());
    Numbers reached;
    Numbers to_do = direct->second;
    while (!to_do.empty()) {
        const std::size_t group = to_do.back();
        to_do.pop_back();
        if (is_reached[group]) continue;
        is_reached[group] = true;
        reached.push_back(group);
        to_do.insert(to_do.end(), groups_[group].within.begin(), groups_[group].within.end());
    }
    std::sort(reached.begin(), reached.end());
    std::vector<std::string> names;
    for (const std::size_t group : reached)
        names.push_back(groups_[group].name);
    return names;
}

} // namespace codemate::manifest
