#include "codemate/manifest/edit.hpp"

#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/edit.hpp"
#include "codemate/json/read.hpp"

#include <vector>

namespace codemate::manifest {
namespace {

constexpr std::string_view default_group = "default";
constexpr ByteCount largest{4 * 1024 * 1024};

Manifest understood(std::string_view text) {
    Parsed parsed = parse(text, {});
    if (!parsed.problems.empty()) throw to_error({}, parsed.problems);
    return std::move(parsed.manifest);
}

} // namespace

std::string with_role(std::string_view text, const std::string& role, const ModelName& name) {
    const Manifest manifest = understood(text);
    const auto found = manifest.roles.find(role);
    if (found != manifest.roles.end() && found->second == name) return std::string(text);
    return json::set_at(text, "/roles" + json::pointer_step(role), name.display());
}

std::string with_version(std::string_view text, const std::string& version) {
    return json::set_at(text, "/version", version);
}

std::string with_model(std::string_view text, const ModelName& name, const json::Value& declaration) {
    // It may stand there as "mistral", which is mistral:latest.
    const json::Document document = json::read(text, "the manifest", json::Comments::allowed);
    const json::Value* models = document.root.find("models");
    const bool is_short = models != nullptr && models->find(name.display_short()) != nullptr;
    const std::string key = is_short ? name.display_short() : name.display();
    return json::set_at(text, "/models" + json::pointer_step(key), declaration);
}

std::string with_members(std::string_view text, const std::string& group, std::span<const std::string> members) {
    if (members.empty()) return std::string(text);
    const Manifest manifest = understood(text);
    std::vector<json::Value> added;
    if (group == default_group && !manifest.groups.contains(group))
        added.assign(manifest.role_order.begin(), manifest.role_order.end());
    added.insert(added.end(), members.begin(), members.end());
    return json::append_at(text, "/groups" + json::pointer_step(group), added);
}

Manifest manifest_after_edit(std::string_view text, const Origin& origin) {
    Parsed parsed = parse(text, origin);
    if (parsed.problems.empty()) return std::move(parsed.manifest);
    const Error mistakes = to_error(origin, parsed.problems);
    Error error(Kind::usage, origin.display() + " would have " + counted(parsed.problems.size(), "mistake") +
                                 "; nothing was changed");
    for (const std::string& note : mistakes.notes())
        error.note(note);
    throw std::move(error.hint("choose another word, or change the file by hand first"));
}

std::optional<std::string> ManifestFile::read() const {
    try {
        return read_file(origin_.path, largest);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return std::nullopt;
    }
}

std::string ManifestFile::update(const std::function<std::string(const std::optional<std::string>&)>& change,
                                 Stop stop) const {
    throw_if_stopped(stop);
    const FileLock lock(origin_.path, stop);
    const std::optional<std::string> before = read();
    std::string after = change(before);
    if (before == after) return after;
    manifest_after_edit(after, origin_);
    write_file_atomically(origin_.path, after);
    return after;
}

} // namespace codemate::manifest
