#pragma once

#include "codemate/lifecycle/pull.hpp"
#include "codemate/rules/targets.hpp"

namespace codemate::lifecycle::pull {

// What the targets mean. Those with a digest go into `facts.asked` as well: the content is looked for in the lock, the
// journal, among what is installed, and at the model's registries. Throws Error{usage} for a digest that fits several
// contents, and for one behind a word that means several models; Error{not_found} where nobody knows it. Needs
// `facts.manifest`, `lock` and `installed`.
void find_asked(Facts&, const std::vector<rules::DigestTarget>&, const Options&, const Ports&, const Run&);

} // namespace codemate::lifecycle::pull
