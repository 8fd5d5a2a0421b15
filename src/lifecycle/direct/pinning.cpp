#include "lifecycle/direct/pinning.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/model/gguf.hpp"
#include "codemate/rules/expectations.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::direct {
namespace {

constexpr ByteCount configuration_limit(std::uint64_t{1} << 20);
constexpr std::size_t header_size = std::size_t{16} << 20; // a tokenizer stands in it, too

std::string quantization_of(const Image& image, store::Disk& disk) {
    const std::string path = store::blob_path(image.config.digest);
    try {
        return known_quantization(
            Configuration::parse(store::read_all(*disk.open(path), configuration_limit, path)).quantization);
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return {};
    }
}

std::optional<std::uint64_t> supported_context(const Image& image, store::Disk& disk) {
    const auto weights = std::ranges::find(image.layers, LayerRole::weights, &Layer::role);
    if (weights == image.layers.end()) return std::nullopt;
    std::string header(std::min<std::uint64_t>(header_size, weights->size.count()), '\0');
    header.resize(disk.open(store::blob_path(weights->digest))->read(0, header));
    const auto facts = read_gguf_header(header);
    return facts ? facts->context_length : std::nullopt;
}

} // namespace

void throw_if_unexpected(const Step& step, store::Disk& disk) {
    const Image& image = *step.image;
    rules::Known known{image.size(), quantization_of(image, disk), {}, image.licenses()};
    if (step.expect.context) known.supported_context = supported_context(image, disk);
    if (auto unfit = rules::unfit_to_pin(step.expect, known)) throw std::move(*unfit);
}

bool record_pin(const Step& step, const Ports& ports, Stop stop) {
    if (ports.lock_file == nullptr) return false;
    const Image& image = *step.image;
    const manifest::Locked entry{
        image.digest, step.source, image.size(), quantization_of(image, *ports.disk), image.bytes, {}, {}};
    bool added = false;
    ports.lock_file->update(
        [&](manifest::Lock& lock) {
            added = lock.find(step.name) == nullptr;
            if (added) lock.models.emplace(step.name, entry);
        },
        std::move(stop));
    return added;
}

} // namespace codemate::lifecycle::direct
