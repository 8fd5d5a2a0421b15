#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/model/image.hpp"
#include "codemate/state/journal.hpp"

#include <optional>
#include <span>

namespace codemate::rules {

// The image of that digest as the lock has its exact bytes, under whatever name, or else the journal of pulls. Nothing
// where neither has them, or they are no manifest. Pure.
std::optional<Image> remembered_image(const Digest&, const manifest::Lock&, std::span<const state::Pulled>);

} // namespace codemate::rules
