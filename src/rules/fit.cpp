#include "codemate/rules/fit.hpp"

namespace codemate::rules {
ByteCount weights_of(const Image& image) {
    ByteCount sum;
    for (const Layer& blob : image.blobs()) {
        if (is_weights(blob.role)) sum += blob.size;
    }
    return sum;
}

std::optional<ByteCount> MemoryOf::on_gpus() const {
    if (!gpus) return std::nullopt;
    ByteCount sum;
    for (const machine::Gpu& gpu : *gpus)
        sum += gpu.total;
    return sum;
}

Fit fit(ByteCount weights, const MemoryOf& memory) {
    const std::optional<ByteCount> gpus = memory.on_gpus();
    if (gpus && *gpus > ByteCount() && weights <= *gpus) return Fit::gpu;
    if (!memory.main) return Fit::unknown;
    if (weights <= *memory.main) return gpus && *gpus > ByteCount() ? Fit::split : Fit::main;
    if (!gpus) return Fit::unknown; // there may be GPUs that hold it
    if (*gpus == ByteCount()) return Fit::too_large;
    return weights <= *memory.main + *gpus ? Fit::split : Fit::too_large;
}

std::string_view to_string(Fit fit) {
    switch (fit) {
    case Fit::unknown:
        break;
    case Fit::gpu:
        return "gpu";
    case Fit::split:
        return "split";
    case Fit::main:
        return "main";
    case Fit::too_large:
        return "too_large";
    }
    return "unknown";
}

} // namespace codemate::rules
