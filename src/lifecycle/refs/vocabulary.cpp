#include "lifecycle/refs/vocabulary.hpp"

#include "lifecycle/refs/spelling.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::refs {
namespace {

// What two spellings of one tag have in common: "7b-q4_0" and "7b_q4.0".
std::string letters_and_digits(std::string_view text) {
    std::string rest;
    for (const char c : to_lower(text)) {
        if (c != '-' && c != '_' && c != '.') rest += c;
    }
    return rest;
}

bool has_digit(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos;
}

bool is_slip(std::string_view tag, std::string_view meant) {
    if (equal_ignoring_case(tag, meant)) return false;
    if (letters_and_digits(tag) == letters_and_digits(meant)) return true;
    if (has_digit(tag) || tag.size() < 4 || is_usual_tag(tag)) return false; // 7b is not meant by 8b
    return distance(to_lower(tag), to_lower(meant), 2) <= 2;
}

} // namespace

std::string family_of(const ModelName& name) {
    const std::string display = name.display();
    return display.substr(0, display.size() - name.tag().size() - 1);
}

Vocabulary::Vocabulary(std::span<const ModelName> names, std::vector<std::string> words)
    : names_(names.begin(), names.end()) {
    for (const std::string_view family : well_known_families())
        families_.emplace(family);
    for (const ModelName& name : names) {
        own_families_.insert(to_lower(family_of(name)));
        shown_.insert(to_lower(name.display()));
        families_.insert(to_lower(family_of(name)));
    }
    for (const std::string& family : families_) {
        shortest_ = std::min(shortest_, family.size());
        longest_ = std::max(longest_, family.size());
    }
    for (const std::string& word : words)
        words_.insert(to_lower(word));
}

bool Vocabulary::is_known(std::string_view family) const {
    // Asked of very many words: without memory of its own.
    std::array<char, 128> lower{};
    if (family.size() < shortest_ || family.size() > longest_) return false;
    if (family.size() > lower.size()) return families_.contains(to_lower(family));
    std::transform(family.begin(), family.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return families_.contains(std::string_view(lower.data(), family.size()));
}

bool Vocabulary::is_own(std::string_view family) const {
    return own_families_.contains(to_lower(family));
}

bool Vocabulary::is_own(const ModelName& name) const {
    return has(name.display());
}

bool Vocabulary::has(std::string_view shown) const {
    return shown_.contains(to_lower(shown));
}

bool Vocabulary::is_word(std::string_view word) const {
    return words_.contains(to_lower(word));
}

std::optional<std::string> Vocabulary::meant(std::string_view family) const {
    const auto is_as_long = [&](const std::string& own) {
        return own.size() <= family.size() + 2 && family.size() <= own.size() + 2;
    };
    if (std::none_of(own_families_.begin(), own_families_.end(), is_as_long) || is_known(family)) return std::nullopt;
    std::optional<std::string> best;
    std::size_t nearest = 3;
    const std::string lower = to_lower(family);
    for (const std::string& own : own_families_) {
        if (!is_as_long(own) || !is_near(lower, own)) continue;
        const std::size_t apart = distance(lower, own, 2);
        if (apart > nearest || (apart == nearest && best && *best < own)) continue;
        nearest = apart;
        best = own;
    }
    return best;
}

std::optional<ModelName> Vocabulary::meant_by_tag(const ModelName& name) const {
    for (const ModelName& own : names_) {
        if (equal_ignoring_case(family_of(own), family_of(name)) && is_slip(name.tag(), own.tag())) return own;
    }
    if (is_slip(name.tag(), ModelName::default_tag)) return name.with_tag(std::string(ModelName::default_tag));
    return std::nullopt;
}

std::optional<ModelName> Vocabulary::split_by_hyphen(const ModelName& name) const {
    if (name.tag() != ModelName::default_tag) return std::nullopt;
    const std::string family = family_of(name);
    for (auto at = family.rfind('-'); at != std::string::npos && at > 0; at = family.rfind('-', at - 1)) {
        const std::string tag = family.substr(at + 1);
        if (!is_known(family.substr(0, at)) || !is_usual_tag(tag) || !has_digit(tag)) continue;
        return ModelName::parse(family.substr(0, at) + ":" + tag);
    }
    return std::nullopt;
}

std::optional<ModelName> Vocabulary::meant(const ModelName& name) const {
    if (is_own(name)) return std::nullopt;
    if (is_known(family_of(name))) return meant_by_tag(name);
    if (auto split = split_by_hyphen(name)) return split;
    const auto family = meant(family_of(name));
    if (!family) return std::nullopt;
    // Of that family's tags the same one, else the only one.
    std::optional<ModelName> any;
    for (const ModelName& own : names_) {
        if (!equal_ignoring_case(family_of(own), *family)) continue;
        if (equal_ignoring_case(own.tag(), name.tag())) return own;
        if (!any) any = own;
    }
    return any;
}

} // namespace codemate::lifecycle::refs
