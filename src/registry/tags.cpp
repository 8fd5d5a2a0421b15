#include "registry/tags.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

constexpr std::size_t longest_tag = 128; // of the OCI specification
constexpr std::size_t most_shown = 8;

} // namespace

std::vector<std::string> parse_tags(std::string_view body) {
    std::vector<std::string> tags;
    try {
        const json::Document document = json::read(body, "the list of tags");
        const json::Value* list = document.root.find("tags");
        if (!list) return {};
        for (const auto& element : list->elements()) {
            const std::string* tag = element.string();
            if (tag && !tag->empty() && tag->size() <= longest_tag) tags.push_back(*tag);
        }
    } catch (const Error&) {
        return {};
    }
    std::ranges::sort(tags);
    return tags;
}

std::string tags_hint(std::string_view wanted, std::string_view model, std::span<const std::string> tags) {
    if (tags.empty()) return {};
    if (const auto near = nearest(wanted, tags))
        return "did you mean " + quoted(std::string(model) + ':' + *near) + '?';
    std::vector<std::string> some;
    for (const auto& tag : tags.first(std::min(tags.size(), most_shown)))
        some.push_back(printable(tag));
    return "its tags: " + joined(some, ", ") + (tags.size() > most_shown ? ", …" : "");
}

} // namespace codemate::registry
