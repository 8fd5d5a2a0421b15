#pragma once

#include "codemate/base/run.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/upstream/upstream.hpp"

#include <vector>

namespace codemate::upstream {

// inquire() where one place stands in for all registries: each model is asked for by its own name, and what is not
// there by that of its `from`, as at a mirror of another registry. What Inquiry::source was does not matter; afterwards
// it is the name that the answer is about.
void inquire_at_one_source(std::vector<Inquiry>&, const manifest::Manifest&, Texts, const Ports&, const Run&);

} // namespace codemate::upstream
