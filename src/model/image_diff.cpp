#include "codemate/model/image_diff.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace codemate {
namespace {

using Change = ImageDiff::Change;

bool same_layers(const std::vector<Layer>& before, const std::vector<Layer>& after) {
    return std::ranges::equal(before, after, [](const Layer& a, const Layer& b) {
        return a.digest == b.digest && (a.role != LayerRole::other || a.media_type == b.media_type);
    });
}

Change change_between(const std::vector<Layer>& before, const std::vector<Layer>& after) {
    if (before.empty()) return Change::added;
    if (after.empty()) return Change::removed;
    return same_layers(before, after) ? Change::same : Change::changed;
}

std::map<LayerRole, std::vector<Layer>> by_role(const Image& image) {
    std::map<LayerRole, std::vector<Layer>> roles;
    roles[LayerRole::configuration].push_back(image.config);
    for (const Layer& layer : image.layers)
        roles[layer.role].push_back(layer);
    return roles;
}

std::vector<ImageDiff::Entry> entries_of(const Image& before, const Image& after) {
    auto old_roles = by_role(before);
    auto new_roles = by_role(after);
    std::set<LayerRole> roles;
    for (const auto* side : {&old_roles, &new_roles}) {
        for (const auto& [role, layers] : *side)
            roles.insert(role);
    }
    std::vector<ImageDiff::Entry> entries;
    for (const LayerRole role : roles) {
        const Change change = change_between(old_roles[role], new_roles[role]);
        entries.push_back({role, change, std::move(old_roles[role]), std::move(new_roles[role])});
    }
    return entries;
}

ByteCount size_of(const std::vector<Layer>& layers) {
    ByteCount sum;
    for (const Layer& layer : layers)
        sum += layer.size;
    return sum;
}

// "Q4_0 → Q4_K_M"; nothing where one of both is unknown or nothing changed.
void add_step(std::vector<std::string>& facts, const std::string& before, const std::string& after) {
    if (before.empty() || after.empty() || before == after) return;
    facts.push_back(printable(before, 60) + " → " + printable(after, 60));
}

void add_size(std::vector<std::string>& facts, const ImageDiff::Entry& entry) {
    const std::string before = to_string(size_of(entry.before));
    const std::string after = to_string(size_of(entry.after));
    if (entry.before.empty() || before == after) {
        facts.push_back(after);
    } else if (entry.after.empty()) {
        facts.push_back(before);
    } else {
        facts.push_back(before + " → " + after);
    }
}

bool is_large(LayerRole role) {
    return role == LayerRole::weights || role == LayerRole::projector || role == LayerRole::adapter ||
           role == LayerRole::draft || role == LayerRole::tensor;
}

std::string_view word_of(Change change) {
    switch (change) {
    case Change::changed:
        return " changed";
    case Change::added:
        return " added";
    case Change::removed:
        return " removed";
    case Change::same:
        break;
    }
    return " the same";
}

std::string name_of(LayerRole role) {
    return role == LayerRole::other ? "other layers" : std::string(to_string(role));
}

// "weights changed (Q4_0 → Q4_K_M, 4.1 GB → 4.4 GB)"
std::string phrase(const ImageDiff::Entry& entry, std::vector<std::string> facts) {
    if (is_large(entry.role)) add_size(facts, entry);
    const std::string aside = facts.empty() ? "" : " (" + joined(facts, ", ") + ")";
    return name_of(entry.role) + std::string(word_of(entry.change)) + aside;
}

std::vector<std::string> facts_of(const ImageDiff& diff) {
    std::vector<std::string> facts;
    add_step(facts, diff.family.before, diff.family.after);
    add_step(facts, diff.parameter_size.before, diff.parameter_size.after);
    add_step(facts, diff.quantization.before, diff.quantization.after);
    return facts;
}

// What is worth a word. The configuration names the digests of all layers, so it changes with every one of them.
std::vector<const ImageDiff::Entry*> told(const ImageDiff& diff) {
    std::vector<const ImageDiff::Entry*> changed;
    for (const auto& entry : diff.entries) {
        if (entry.change != Change::same) changed.push_back(&entry);
    }
    if (changed.size() > 1) {
        std::erase_if(changed, [](const auto* entry) { return entry->role == LayerRole::configuration; });
    }
    // The licence last, where nobody overlooks it.
    std::stable_partition(changed.begin(), changed.end(),
                          [](const auto* entry) { return entry->role != LayerRole::license; });
    return changed;
}

} // namespace

bool ImageDiff::license_changed() const {
    return std::ranges::any_of(
        entries, [](const Entry& entry) { return entry.role == LayerRole::license && entry.change != Change::same; });
}

ImageDiff compare(const Image& before, const Image& after, const std::optional<Configuration>& before_config,
                  const std::optional<Configuration>& after_config) {
    ImageDiff diff;
    diff.same_manifest = before.digest == after.digest;
    diff.same_content = before.same_content(after);
    diff.entries = entries_of(before, after);
    const auto field = [&](std::string Configuration::*fact) {
        return ImageDiff::Field{before_config ? *before_config.*fact : "", after_config ? *after_config.*fact : ""};
    };
    diff.quantization = field(&Configuration::quantization);
    diff.parameter_size = field(&Configuration::parameter_size);
    diff.family = field(&Configuration::family);
    diff.size_before = before.size();
    diff.size_after = after.size();
    return diff;
}

ByteCount to_fetch(const Image& after, const std::vector<Digest>& present) {
    const std::set<Digest> there(present.begin(), present.end());
    ByteCount sum;
    for (const Layer& blob : after.blobs()) {
        if (!there.contains(blob.digest)) sum += blob.size;
    }
    return sum;
}

std::string summary(const ImageDiff& diff) {
    if (diff.same_manifest) return "nothing";
    if (diff.same_content) return "nothing but the manifest's bytes";
    // The configuration's facts go with the weights that they describe; where these are the same, with the
    // configuration.
    std::vector<std::string> facts = facts_of(diff);
    std::vector<std::string> phrases;
    for (const ImageDiff::Entry* entry : told(diff)) {
        const bool described = is_large(entry->role) || entry->role == LayerRole::configuration;
        phrases.push_back(phrase(*entry, described ? std::exchange(facts, {}) : std::vector<std::string>{}));
    }
    if (!facts.empty()) phrases.insert(phrases.begin(), "configuration changed (" + joined(facts, ", ") + ")");
    return phrases.empty() ? "nothing but the order of the layers" : joined(phrases, ", ");
}

} // namespace codemate
