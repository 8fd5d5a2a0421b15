#include "codemate/rules/remembered.hpp"

#include "codemate/base/error.hpp"
#include "codemate/rules/drift.hpp"

namespace codemate::rules {

std::optional<Image> remembered_image(const Digest& digest, const manifest::Lock& lock,
                                      std::span<const state::Pulled> pulled) {
    try {
        for (const auto& [name, locked] : lock.models) {
            if (locked.digest == digest && locked.bytes) return image_of(locked);
        }
        for (const state::Pulled& each : pulled) {
            if (each.digest == digest && each.manifest) return Image::parse(*each.manifest);
        }
    } catch (const Error&) { // of bytes that have the digest, and are no manifest
    }
    return std::nullopt;
}

} // namespace codemate::rules
