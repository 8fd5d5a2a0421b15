#pragma once

#include "codemate/base/error.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <string>
#include <vector>

// The one place that everything comes from in a run (--from): no registry of a name's own is asked then, and only what
// is pinned is installed from there.
namespace codemate::rules {

struct OneSource {
    std::string where;     // as messages call it; fit for a terminal
    std::string lock = {}; // a lock that is there, to be named with --lock; empty: none
};

// Under which names a model may be there, best first: its own, then its `from`.
std::vector<ModelName> names_at_one_source(const ModelName&, const manifest::Manifest&);

// Why a model that nothing pins is not taken from there: it might be anything, for whoever can write there would say
// what the name means. Error{check}.
Error nothing_pins(const ModelName&, const OneSource&);

} // namespace codemate::rules
