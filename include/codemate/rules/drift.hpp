#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/model/image.hpp"

#include <optional>
#include <string_view>

// How what is there stands to what the lock says: what a server has installed, or what a tag serves now.
namespace codemate::rules {

enum class Drift {
    none,         // the very digest of the lock
    same_content, // another digest of the very same layers
    moved,        // another content
    absent,       // nothing is there
    unpinned,     // there is something, but the lock does not say what it should be
};
std::string_view to_string(Drift); // the enumerator's name, as it stands in JSON

// `locked`: the lock's entry, nullptr if there is none. `there`: nothing if nothing is there. Pure, as all here.
Drift drift(const manifest::Locked* locked, const std::optional<Digest>& there);

// The same where the image that is there is known: the layers decide if the lock does not know its digest.
Drift drift(const manifest::Locked* locked, const Image& there);

// What the lock pins, layer by layer; nothing where it has only the digest.
std::optional<Image> image_of(const manifest::Locked&);

} // namespace codemate::rules
