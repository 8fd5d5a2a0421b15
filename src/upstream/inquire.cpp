#include "upstream/expected.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/registry/image_parts.hpp"
#include "codemate/rules/drift.hpp"

#include <algorithm>
#include <array>

namespace codemate::upstream {
namespace {

// Connections at a time. A registry is somebody else's machine; but 40 models, each with three questions if all have
// moved, shall not take longer than six round trips.
constexpr std::size_t workers = 20;

constexpr ByteCount largest_text(std::uint64_t{256} << 10); // what is longer nobody reads as a difference
constexpr std::array readable{LayerRole::template_text, LayerRole::system, LayerRole::parameters, LayerRole::messages,
                              LayerRole::license};

bool is_expected(const Inquiry& inquiry, const Digest& upstream) {
    if (inquiry.locked) return inquiry.locked->is(upstream);
    return inquiry.installed && inquiry.installed->digest == upstream;
}

Configuration configuration_of(const ollama::Installed& model) {
    return {model.format, model.family, model.parameter_size, known_quantization(model.quantization)};
}

// What is good to know, but no reason to fail: an old layer may be gone by now.
template<typename Ask>
void try_to(Ask&& ask) {
    try {
        ask();
    } catch (const Error& error) {
        diagnostics::debug("not known: " + error.message());
    }
}

// The server says it without a further question where it has what is expected; the lock says a part of it.
void find_configuration_before(Inquiry& inquiry, const Ports& ports, const Stop& stop) {
    if (expected_is_installed(inquiry)) {
        inquiry.before = configuration_of(*inquiry.installed);
        return;
    }
    if (const std::optional<Image> expected = expected_image(inquiry))
        try_to([&] { inquiry.before = registry::configuration(ports.registry, inquiry.source, *expected, stop); });
    if (!inquiry.before && inquiry.locked) inquiry.before = Configuration{"", "", "", inquiry.locked->quantization};
}

void ask_server(Inquiry& inquiry, const Ports& ports, const Stop& stop) {
    if (ports.server == nullptr) return;
    try_to([&] {
        std::vector<Digest> present;
        for (const Layer& blob : inquiry.image->blobs()) {
            if (ports.server->has_blob(blob.digest, stop)) present.push_back(blob.digest);
        }
        inquiry.present = std::move(present);
    });
    if (!expected_is_installed(inquiry) || expected_image(inquiry)) return;
    try_to([&] { inquiry.shown = ports.server->show(inquiry.name, stop); });
}

const Layer* layer_of(const Image& image, LayerRole role) {
    const auto found = std::ranges::find(image.layers, role, &Layer::role);
    return found == image.layers.end() ? nullptr : &*found;
}

void fetch_text(std::map<LayerRole, std::string>& texts, const Inquiry& inquiry, const Layer* layer, const Ports& ports,
                const Stop& stop) {
    if (layer == nullptr || layer->size > largest_text) return;
    try_to([&] { texts[layer->role] = ports.registry.blob(inquiry.source, layer->digest, largest_text, stop); });
}

void take_shown_texts(Inquiry& inquiry, const Ports& ports, const Stop& stop) {
    if (!inquiry.shown && ports.server != nullptr)
        try_to([&] { inquiry.shown = ports.server->show(inquiry.name, stop); });
    if (!inquiry.shown) return;
    inquiry.texts_before.try_emplace(LayerRole::template_text, inquiry.shown->template_text);
    inquiry.texts_before.try_emplace(LayerRole::system, inquiry.shown->system);
    inquiry.texts_before.try_emplace(LayerRole::license, inquiry.shown->license);
}

// Of which roles the server shows the text as it is in its layer.
bool is_shown(LayerRole role) {
    return role == LayerRole::template_text || role == LayerRole::system || role == LayerRole::license;
}

void fetch_texts(Inquiry& inquiry, const Ports& ports, const Stop& stop) {
    const std::optional<Image> expected = expected_image(inquiry);
    for (const LayerRole role : readable) {
        if (!expected && !is_shown(role)) continue; // nobody tells what it was
        const Layer* before = expected ? layer_of(*expected, role) : nullptr;
        const Layer* after = layer_of(*inquiry.image, role);
        if (before != nullptr && after != nullptr && before->digest == after->digest) continue;
        fetch_text(inquiry.texts_before, inquiry, before, ports, stop);
        fetch_text(inquiry.texts_after, inquiry, after, ports, stop);
    }
    // Where there is no manifest, or the registry has dropped the old layers.
    if (expected_is_installed(inquiry)) take_shown_texts(inquiry, ports, stop);
}

void explain(Inquiry& inquiry, Texts texts, const Ports& ports, const Stop& stop) {
    inquiry.image = ports.registry.image(inquiry.source, stop);
    inquiry.upstream = inquiry.image->digest; // it may have moved since the last question
    if (is_expected(inquiry, *inquiry.upstream)) return;
    if (inquiry.locked && rules::drift(&*inquiry.locked, *inquiry.image) == rules::Drift::same_content) return;
    inquiry.moved = true;
    inquiry.after = registry::configuration(ports.registry, inquiry.source, *inquiry.image, stop);
    find_configuration_before(inquiry, ports, stop);
    ask_server(inquiry, ports, stop);
    if (texts == Texts::fetched) fetch_texts(inquiry, ports, stop);
}

void inquire(Inquiry& inquiry, Texts texts, const Ports& ports, const Stop& stop) {
    const bool is_cloud = inquiry.installed && inquiry.installed->cloud(); // its content is not on the server
    if (is_cloud || (!inquiry.locked && !inquiry.installed)) return;       // nothing to compare with
    try {
        inquiry.upstream = ports.registry.digest(inquiry.source, stop);
        if (!is_expected(inquiry, *inquiry.upstream)) explain(inquiry, texts, ports, stop);
    } catch (const Error& error) {
        inquiry.error = error;
    }
}

} // namespace

std::optional<Image> expected_image(const Inquiry& inquiry) {
    return inquiry.locked ? rules::image_of(*inquiry.locked) : std::nullopt;
}

bool expected_is_installed(const Inquiry& inquiry) {
    if (!inquiry.installed) return false;
    if (!inquiry.locked) return true;
    return inquiry.installed->digest && inquiry.locked->is(*inquiry.installed->digest);
}

void inquire(std::vector<Inquiry>& inquiries, Texts texts, const Ports& ports, const Run& run) {
    for_each_parallel(inquiries.size(), workers, [&](std::size_t i) { inquire(inquiries[i], texts, ports, run.stop); });
}

} // namespace codemate::upstream
