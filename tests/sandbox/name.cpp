#include "sandbox/name.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::sandbox {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_part(std::string_view text, std::string_view also, std::size_t limit) {
    return !text.empty() && text.size() <= limit && is_word(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_word(c) || also.find(c) != std::string_view::npos; });
}

bool is_valid(const Name& name) {
    return is_part(name.host, "-.:", 350) && is_part(name.owner, "-", 80) && is_part(name.model, "-.", 80) &&
           is_part(name.tag, "-.", 80);
}

// Cuts `text` at the last `mark`. What is behind it goes to `part`; false if the mark is there with nothing on one
// side.
bool cut_last(std::string_view& text, std::string_view mark, std::string& part) {
    const auto at = text.rfind(mark);
    if (at == std::string_view::npos) return true;
    part = text.substr(at + mark.size());
    text = text.substr(0, at);
    return !part.empty() && !text.empty();
}

} // namespace

std::optional<Name> Name::parse(std::string_view text) {
    Name name;
    const auto colon = text.rfind(':');
    const auto slash = text.rfind('/');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash))
        if (!cut_last(text, ":", name.tag)) return std::nullopt;

    if (text.find('/') == std::string_view::npos) {
        name.model = text;
        return is_valid(name) ? std::optional(name) : std::nullopt;
    }
    if (!cut_last(text, "/", name.model)) return std::nullopt;
    if (text.find('/') == std::string_view::npos) {
        name.owner = text;
        return is_valid(name) ? std::optional(name) : std::nullopt;
    }
    if (!cut_last(text, "/", name.owner)) return std::nullopt;
    if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text = text.substr(scheme + 3);
    name.host = text;
    return is_valid(name) ? std::optional(name) : std::nullopt;
}

std::optional<Name> Name::from_path(std::string_view path) {
    const auto parts = split(path, '/');
    if (parts.size() != 4) return std::nullopt;
    const Name name{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
    return is_valid(name) ? std::optional(name) : std::nullopt;
}

std::string Name::full() const {
    return host + "/" + owner + "/" + model + ":" + tag;
}

std::string Name::display() const {
    const bool usual_host = equal_ignoring_case(host, "registry.ollama.ai");
    std::string text = usual_host ? "" : host + "/";
    if (!usual_host || !equal_ignoring_case(owner, "library")) text += owner + "/";
    return text + model + ":" + tag;
}

std::filesystem::path Name::path() const {
    return std::filesystem::path(host) / owner / model / tag;
}

Name folded(Name name, std::span<const Name> existing) {
    const std::array parts{&Name::host, &Name::owner, &Name::model, &Name::tag};
    for (const auto& other : existing)
        for (const auto part : parts)
            if (equal_ignoring_case(other.*part, name.*part)) name.*part = other.*part;
    return name;
}

namespace {

struct Suffix {
    std::string base;
    Reference::Source source = Reference::Source::unspecified;
};

Suffix suffix_of(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return {std::string(text)};
    const auto word = trimmed(text.substr(colon + 1));
    const auto lower = to_lower(word);
    if (lower == "cloud") return {std::string(text.substr(0, colon)), Reference::Source::cloud};
    if (lower == "local") return {std::string(text.substr(0, colon)), Reference::Source::local};
    if (word.find('/') == std::string_view::npos && lower.ends_with("-cloud"))
        return {std::string(text.substr(0, colon + 1)) + std::string(word.substr(0, word.size() - 6)),
                Reference::Source::cloud};
    return {std::string(text)};
}

} // namespace

Reference Reference::parse(std::string_view text) {
    Reference result;
    result.trimmed = codemate::trimmed(text);
    if (result.trimmed.empty()) {
        result.problem = Problem::missing;
        return result;
    }
    const auto [base, source] = suffix_of(result.trimmed);
    result.base = base;
    result.source = source;
    if (source != Source::unspecified && suffix_of(base).source != Source::unspecified)
        result.problem = Problem::conflicting;
    return result;
}

std::string Reference::pull_name() const {
    if (source != Source::cloud) return base;
    const auto slash = base.rfind('/');
    const auto colon = base.rfind(':');
    const bool has_tag = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    return base + (has_tag ? "-cloud" : ":cloud");
}

} // namespace codemate::sandbox
