#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <optional>
#include <string>
#include <vector>

// The one place that everything comes from in a run (--from): no registry of a name's own is asked then, and only what
// is pinned is installed from there.
namespace codemate::rules {

struct OneSource {
    std::string where;     // as messages call it; fit for a terminal
    std::string lock = {}; // a lock that is there, to be named with --lock; empty: none
    // What that lock says, where it can be understood. It is the word of whoever filled the place: good for hints
    // alone.
    std::optional<manifest::Lock> says = {};
};

// Under which names a model may be there, best first: its own, then its `from`.
std::vector<ModelName> names_at_one_source(const ModelName&, const manifest::Manifest&);

// Why a model that nothing pins is not taken from there: it might be anything, for whoever can write there would say
// what the name means. Error{check}.
Error nothing_pins(const ModelName&, const OneSource&);

// Of a content that is pinned and not there, by its digest: Error{not_found} where the lock there says that it is there
// under another digest, which is believed by --lock alone. `served`: what the place has under the name, where that is
// known. Nothing where the lock does not say so.
std::optional<Error> said_to_be_same(const ModelName&, const Digest& pinned, const std::optional<Digest>& served,
                                     const OneSource&);

} // namespace codemate::rules
