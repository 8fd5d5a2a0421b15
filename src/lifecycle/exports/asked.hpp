#pragma once

#include "codemate/lifecycle/exports.hpp"
#include "codemate/rules/targets.hpp"

#include <map>
#include <vector>

namespace codemate::lifecycle::exports {

using Asked = std::map<ModelName, manifest::Locked, ServerOrder>;

// Which contents are meant: looked for in the lock, the journal, among what is installed, and at the models'
// registries. Throws as upstream::find_asked().
Asked find_asked(const std::vector<rules::DigestTarget>&, const manifest::Manifest&, const manifest::Lock&,
                 const Ports&, const Run&);

} // namespace codemate::lifecycle::exports
