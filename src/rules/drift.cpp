#include "codemate/rules/drift.hpp"

namespace codemate::rules {

std::string_view to_string(Drift drift) {
    switch (drift) {
    case Drift::none:
        break;
    case Drift::same_content:
        return "same_content";
    case Drift::moved:
        return "moved";
    case Drift::absent:
        return "absent";
    case Drift::unpinned:
        return "unpinned";
    }
    return "none";
}

Drift drift(const manifest::Locked* locked, const std::optional<Digest>& there) {
    if (!there) return Drift::absent;
    if (locked == nullptr) return Drift::unpinned;
    if (*there == locked->digest) return Drift::none;
    return locked->is(*there) ? Drift::same_content : Drift::moved;
}

Drift drift(const manifest::Locked* locked, const Image& there) {
    const Drift by_digest = drift(locked, there.digest);
    if (by_digest != Drift::moved) return by_digest;
    const std::optional<Image> pinned = image_of(*locked);
    return pinned && pinned->same_content(there) ? Drift::same_content : Drift::moved;
}

std::optional<Image> image_of(const manifest::Locked& locked) {
    if (!locked.bytes) return std::nullopt;
    return Image::parse(*locked.bytes);
}

} // namespace codemate::rules
