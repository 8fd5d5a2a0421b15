#include "lifecycle/pull/pinning.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/expectations.hpp"

namespace codemate::lifecycle::pull {
namespace {

// Nobody waits longer for what is only written down.
constexpr auto patience = std::chrono::seconds(3);

std::optional<std::uint64_t> supported_context(const Step& step, const ollama::Installed& model, const Ports& ports,
                                               const Stop& stop) {
    if (model.context_length > 0) return model.context_length;
    // Of older servers. The name that the content came from may be gone already.
    const std::uint64_t shown = ports.server.show(step.name, stop).context_length;
    return shown > 0 ? std::optional(shown) : std::nullopt;
}

void throw_if_unexpected(const Step& step, const ollama::Installed& model, const std::optional<Image>& image,
                         const Ports& ports, const Stop& stop) {
    rules::Known known{model.size, model.quantization, {}, {}};
    if (step.expect.context) known.supported_context = supported_context(step, model, ports, stop);
    if (image) known.licenses = image->licenses();
    if (auto unfit = rules::unfit_to_pin(step.expect, known)) throw std::move(*unfit);
}

} // namespace

// The tag may have moved since the pull, and a server may reach another registry.
std::optional<Image> find_image(const Step& step, const Digest& digest, const Ports& ports, const Stop& stop) {
    if (step.supply && step.supply->image.digest == digest) return step.supply->image;
    if (step.pin && step.pin->digest == digest && step.pin->manifest) return Image::parse(*step.pin->manifest);
    if (ports.registry == nullptr) return std::nullopt;
    const Deadline deadline(stop, patience);
    try {
        Image image = ports.registry->image(step.origin, deadline.stop());
        if (image.digest == digest) return image;
        diagnostics::info("the manifest of " + step.origin.display() + " is not recorded: its tag serves another one");
    } catch (const Error& error) {
        diagnostics::info("the manifest of " + step.origin.display() + " is not recorded: " + error.message());
    } catch (const Interrupted&) {
        throw_if_stopped(stop);
        diagnostics::info("the manifest of " + step.origin.display() + " is not recorded: its registry takes too long");
    }
    return std::nullopt;
}

bool record_pin(const Step& step, const ollama::Installed& model, std::optional<Image> image, const Ports& ports,
                Stop stop) {
    if (ports.lock_file == nullptr) return false;
    if (!model.digest) throw Error(Kind::protocol, "the server tells no digest of it");
    if (model.size == ByteCount()) throw Error(Kind::protocol, "the server says that it has no bytes");
    throw_if_unexpected(step, model, image, ports, stop);
    manifest::Locked entry{*model.digest, step.origin, model.size, known_quantization(model.quantization), {}, {}, {}};
    if (image) {
        entry.size = image->size();
        entry.bytes = std::move(image->bytes);
    }
    bool added = false;
    ports.lock_file->update(
        [&](manifest::Lock& lock) {
            added = lock.find(step.name) == nullptr;
            if (added) lock.models.emplace(step.name, entry);
        },
        stop);
    return added;
}

void record_manifest(const Step& step, const Ports& ports, Stop stop) {
    if (ports.lock_file == nullptr || !step.completes_entry) return;
    ports.lock_file->update(
        [&](manifest::Lock& lock) {
            for (auto& [name, entry] : lock.models) {
                const bool meant = name.same_on_server(step.name) && entry.digest == step.pin->digest;
                if (!meant || entry.bytes) continue;
                entry.bytes = step.pin->manifest;
                entry.size = Image::parse(*entry.bytes).size();
            }
        },
        stop);
}

void record_same(const Step& step, const Ports& ports, Stop stop) {
    if (ports.lock_file == nullptr || !step.also_same) return;
    ports.lock_file->update(
        [&](manifest::Lock& lock) {
            for (auto& [name, entry] : lock.models) {
                const bool meant = name.same_on_server(step.name) && entry.digest == step.pin->digest;
                if (meant && !entry.is(*step.also_same)) entry.same.push_back(*step.also_same);
            }
        },
        stop);
}

} // namespace codemate::lifecycle::pull
