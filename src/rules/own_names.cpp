#include "codemate/rules/own_names.hpp"

#include "codemate/base/random.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <string_view>

namespace codemate::rules {
namespace {

constexpr std::string_view marker = ".codemate-";
constexpr std::size_t stamp_size = 16; // 20261122t120000z
constexpr std::size_t id_size = 12;
constexpr std::size_t suffix_size = marker.size() + stamp_size + 1 + id_size;
constexpr std::size_t longest_tag = 80; // types/model/name.go of Ollama
constexpr std::size_t room = longest_tag - suffix_size;
constexpr std::size_t hash_size = 8;

constexpr std::string_view candidate_marker = ".codemate-candidate-";
static_assert(candidate_marker.size() + id_size <= suffix_size); // so that a shortened tag has room for it, too

constexpr std::string_view relay_prefix = "codemate-";
constexpr std::size_t relay_digits = 32;

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Cut alone, two long tags could come to be one.
std::string shortened(const std::string& tag) {
    if (tag.size() <= room) return tag;
    return tag.substr(0, room - 1 - hash_size) + "-" + Digest::of(to_lower(tag)).hex().substr(0, hash_size);
}

// The time without what separates its parts: in a tag only letters, digits, "_", "-" and "." are allowed.
std::string stamp(Time time) {
    std::string text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    std::replace(text.begin(), text.end(), 'T', 't');
    std::replace(text.begin(), text.end(), 'Z', 'z');
    return text;
}

std::optional<Time> parse_stamp(std::string_view text) {
    std::string spelled(text);
    for (const std::size_t at : {4U, 7U})
        spelled.insert(at, "-");
    for (const std::size_t at : {13U, 16U})
        spelled.insert(at, ":");
    const std::optional<Time> time = parse_rfc3339(spelled);
    if (!time || *time == Time::min() || *time == Time::max()) return std::nullopt; // years that a Time does not hold
    // Only what stamp() writes: no leap second, no upper case.
    if (stamp(*time) != text) return std::nullopt;
    return time;
}

bool is_id(std::string_view text) {
    return text.size() == id_size && is_hex(text);
}

} // namespace

ModelName snapshot_name(const ModelName& of, Time now, const Digest& digest) {
    return of.with_tag(shortened(of.tag()) + std::string(marker) + stamp(now) + "-" + digest.id());
}

ModelName free_snapshot_name(const ModelName& of, Time now, const Digest& digest,
                             const std::vector<ollama::Installed>& installed) {
    for (;; now += std::chrono::seconds(1)) {
        ModelName name = snapshot_name(of, now, digest);
        const bool taken = std::ranges::any_of(
            installed, [&](const ollama::Installed& model) { return model.name.same_on_server(name); });
        if (!taken) return name;
    }
}

std::optional<SnapshotName> parse_snapshot_name(const ModelName& name) {
    const std::string_view tag = name.tag();
    if (tag.size() <= suffix_size) return std::nullopt;
    const std::string_view kept = tag.substr(0, tag.size() - suffix_size);
    const std::string_view suffix = tag.substr(kept.size());
    const std::string_view id = suffix.substr(suffix.size() - id_size);
    const char joint = suffix[suffix.size() - id_size - 1];
    if (!suffix.starts_with(marker) || joint != '-' || !is_id(id)) return std::nullopt;
    const std::optional<Time> made = parse_stamp(suffix.substr(marker.size(), stamp_size));
    if (!made) return std::nullopt;
    return SnapshotName{name.with_tag(std::string(kept)), *made, std::string(id)};
}

bool SnapshotName::is_of(const ModelName& name) const {
    return of.same_on_server(name.with_tag(shortened(name.tag())));
}

ModelName new_candidate_name(const ModelName& of) {
    return of.with_tag(shortened(of.tag()) + std::string(candidate_marker) + random_hex(id_size));
}

bool is_candidate_name(const ModelName& name) {
    const std::string_view tag = name.tag();
    const std::size_t size = candidate_marker.size() + id_size;
    if (tag.size() <= size || is_relay_name(name)) return false; // what is pulled for it has such a tag, too
    const std::string_view suffix = tag.substr(tag.size() - size);
    return suffix.starts_with(candidate_marker) && is_id(suffix.substr(candidate_marker.size()));
}

std::string new_relay_owner() {
    return std::string(relay_prefix) + random_hex(relay_digits);
}

bool is_relay_name(const ModelName& name) {
    const std::string_view owner = name.owner();
    return owner.size() == relay_prefix.size() + relay_digits && owner.starts_with(relay_prefix) &&
           is_hex(owner.substr(relay_prefix.size()));
}

bool is_own_name(const ModelName& name) {
    return is_relay_name(name) || is_candidate_name(name) || parse_snapshot_name(name).has_value();
}

} // namespace codemate::rules
