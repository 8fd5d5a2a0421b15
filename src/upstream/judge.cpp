#include "upstream/expected.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/drift.hpp"

#include <algorithm>
#include <set>

namespace codemate::upstream {
namespace {

using Change = ImageDiff::Change;

// --- what differs where only the server can answer for what is expected ----------------------------------------------

bool all_present(const Inquiry& inquiry) {
    return inquiry.present && inquiry.present->size() == inquiry.image->blobs().size();
}

std::vector<Layer> layers_of(const Image& image, LayerRole role) {
    if (role == LayerRole::configuration) return {image.config};
    std::vector<Layer> layers;
    std::ranges::copy_if(image.layers, std::back_inserter(layers),
                         [&](const Layer& layer) { return layer.role == role; });
    return layers;
}

// The text that the server shows, of a role that it shows as it is; nullptr for the others. Many models share such
// layers, so that a blob's being there says little about them.
const std::string* shown_text(const Inquiry& inquiry, LayerRole role) {
    if (!inquiry.shown) return nullptr;
    switch (role) {
    case LayerRole::template_text:
        return &inquiry.shown->template_text;
    case LayerRole::system:
        return &inquiry.shown->system;
    case LayerRole::license:
        return &inquiry.shown->license;
    default:
        return nullptr;
    }
}

// A server shows this one for a model without any (template/template.go).
constexpr std::string_view default_template = "{{ .Prompt }}";

std::optional<Change> change_of_text(const std::string& before, LayerRole role, const std::vector<Layer>& after) {
    const bool none_before = before.empty() || (role == LayerRole::template_text && before == default_template);
    if (after.empty()) return none_before ? std::nullopt : std::optional(Change::removed);
    if (after.size() == 1 && after.front().digest == Digest::of(before)) return Change::same;
    if (after.size() > 1) return std::nullopt; // shown joined, which several ways of cutting could give
    return before.empty() ? Change::added : Change::changed;
}

// What is not on the server cannot be a part of what it has installed.
std::optional<Change> change_of_blobs(const Inquiry& inquiry, const std::vector<Layer>& after) {
    if (after.empty() || !inquiry.present) return std::nullopt;
    const bool there = std::ranges::all_of(after, [&](const Layer& layer) {
        return std::ranges::find(*inquiry.present, layer.digest) != inquiry.present->end();
    });
    return there ? Change::same : Change::changed;
}

std::vector<ImageDiff::Entry> entries_by_server(const Inquiry& inquiry) {
    std::set<LayerRole> roles{LayerRole::template_text, LayerRole::system, LayerRole::license,
                              LayerRole::configuration};
    for (const Layer& layer : inquiry.image->layers)
        roles.insert(layer.role);
    std::vector<ImageDiff::Entry> entries;
    for (const LayerRole role : roles) {
        std::vector<Layer> after = layers_of(*inquiry.image, role);
        const std::string* text = shown_text(inquiry, role);
        const std::optional<Change> change =
            text != nullptr ? change_of_text(*text, role, after) : change_of_blobs(inquiry, after);
        if (change) entries.push_back({role, *change, {}, std::move(after)});
    }
    return entries;
}

ImageDiff::Field field(const Inquiry& inquiry, std::string Configuration::*fact) {
    return {inquiry.before ? *inquiry.before.*fact : "", inquiry.after ? *inquiry.after.*fact : ""};
}

ImageDiff diff_by_server(const Inquiry& inquiry) {
    ImageDiff diff;
    diff.entries = expected_is_installed(inquiry) ? entries_by_server(inquiry) : std::vector<ImageDiff::Entry>{};
    diff.quantization = field(inquiry, &Configuration::quantization);
    diff.parameter_size = field(inquiry, &Configuration::parameter_size);
    diff.family = field(inquiry, &Configuration::family);
    diff.size_before = inquiry.locked ? inquiry.locked->size : inquiry.installed->size;
    diff.size_after = inquiry.image->size();
    const bool nothing_changed =
        std::ranges::all_of(diff.entries, [](const auto& entry) { return entry.change == Change::same; });
    // Every layer is there, its texts and its size to the byte: re-encoded by an old server (facts.md 5.4).
    diff.same_content = expected_is_installed(inquiry) && all_present(inquiry) && nothing_changed &&
                        diff.size_before == diff.size_after;
    return diff;
}

// --- one model
// ---------------------------------------------------------------------------------------------------------

// Of a digest alone, nothing can be said about layers.
std::string change_of_figures(const ImageDiff& diff) {
    std::vector<std::string> facts;
    const auto add = [&](const std::string& before, const std::string& after) {
        if (!before.empty() && !after.empty() && before != after)
            facts.push_back(printable(before, 60) + " → " + printable(after, 60));
    };
    add(diff.quantization.before, diff.quantization.after);
    add(to_string(diff.size_before), to_string(diff.size_after));
    return facts.empty() ? "other content" : "other content (" + joined(facts, ", ") + ")";
}

// A text before or after the move: nothing where it is not known, empty where there was no such layer.
std::optional<std::string> text_of(const std::map<LayerRole, std::string>& texts, const std::optional<Image>& image,
                                   LayerRole role) {
    if (const auto found = texts.find(role); found != texts.end()) return found->second;
    return image && layers_of(*image, role).empty() ? std::optional(std::string()) : std::nullopt;
}

void add_texts(Standing& standing, const Inquiry& inquiry) {
    std::set<LayerRole> roles;
    for (const auto* texts : {&inquiry.texts_before, &inquiry.texts_after}) {
        for (const auto& [role, text] : *texts)
            roles.insert(role);
    }
    for (const LayerRole role : roles) {
        const auto before = text_of(inquiry.texts_before, expected_image(inquiry), role);
        const auto after = text_of(inquiry.texts_after, inquiry.image, role);
        if (!before || !after || (*before == default_template && after->empty())) continue;
        std::vector<std::string> lines = unified_diff(*before, *after);
        if (!lines.empty()) standing.texts.push_back({role, std::move(lines)});
    }
}

void explain_move(Standing& standing, const Inquiry& inquiry) {
    const std::optional<Image> expected = expected_image(inquiry);
    standing.all_layers_known = expected.has_value();
    standing.diff =
        expected ? compare(*expected, *inquiry.image, inquiry.before, inquiry.after) : diff_by_server(inquiry);
    if (standing.diff->same_content) {
        standing.state = State::same_content;
        standing.diff.reset();
        standing.reason = "the same content under another digest";
        return;
    }
    standing.state = State::outdated;
    standing.reason = standing.diff->entries.empty() ? change_of_figures(*standing.diff) : summary(*standing.diff);
    if (inquiry.present) standing.to_fetch = to_fetch(*inquiry.image, *inquiry.present);
    add_texts(standing, inquiry);
}

void explain_error(Standing& standing, const Error& error) {
    if (error.kind() != Kind::not_found) {
        standing.state = State::failed;
        standing.reason = error.message();
        standing.error = error;
        return;
    }
    standing.state = State::no_upstream;
    standing.reason =
        standing.against == Against::lock ? "the registry does not have it any more" : "no registry has it";
}

} // namespace

Standing judge(const Inquiry& inquiry) {
    Standing standing{inquiry.name, inquiry.source};
    standing.against = inquiry.locked ? Against::lock : inquiry.installed ? Against::installed : Against::nothing;
    if (inquiry.locked) standing.before = inquiry.locked->digest;
    if (!inquiry.locked && inquiry.installed) standing.before = inquiry.installed->digest;
    standing.after = inquiry.upstream;
    if (inquiry.moved) {
        explain_move(standing, inquiry);
    } else if (inquiry.error) {
        explain_error(standing, *inquiry.error);
    } else if (inquiry.installed && inquiry.installed->cloud()) {
        standing.state = State::no_upstream;
        standing.reason = "a cloud model: its content is not on the server";
    } else if (!inquiry.upstream) {
        standing.state = State::absent;
        standing.reason = "neither locked nor installed";
    } else {
        const bool same_digest = standing.before == standing.after;
        standing.state = same_digest ? State::current : State::same_content;
        standing.reason = same_digest ? "up to date" : "the same content under another digest";
    }
    return standing;
}

std::string_view to_string(State state) {
    switch (state) {
    case State::current:
        return "current";
    case State::same_content:
        return "same_content";
    case State::outdated:
        return "outdated";
    case State::no_upstream:
        return "no_upstream";
    case State::absent:
        return "absent";
    case State::failed:
        break;
    }
    return "failed";
}

std::string_view to_string(Against against) {
    switch (against) {
    case Against::lock:
        return "lock";
    case Against::installed:
        return "installed";
    case Against::nothing:
        break;
    }
    return "nothing";
}

} // namespace codemate::upstream
