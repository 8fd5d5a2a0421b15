#pragma once

#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/state/journal.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Which content NAME@sha256:… means.
namespace codemate::upstream {

struct KnownContent {
    Digest digest;
    std::optional<std::string> bytes{}; // of its manifest
    ByteCount size{};
    std::optional<ModelName> source{}; // where it came from; nothing: not known
};

// What the journal remembers of that name. What cannot be read of it is only diagnosed.
std::vector<KnownContent> remembered_contents(const state::Journal*, const ModelName&);

// Of one model, beside its entry in the lock.
struct Whereabouts {
    std::vector<KnownContent> known; // without asking a registry; the first that names a content says the most about it
    ModelName source;                // of what tells none of its own
    std::vector<ModelName> places;   // where registries are asked, best first
};

struct AskedPorts {
    std::function<Whereabouts(const ModelName&)> whereabouts; // may throw
    registry::Registry* registry; // nullptr: none is asked. A registry need not be asked for what is known.
    std::string where;            // what stands in for all registries, as messages call it; empty: nothing
    std::string hint;             // where else one may look it up
};

// As a lock would pin it, by the model's name. Throws Error{usage} for a digest that fits several contents, for one
// behind a word that means several models, and for two of one model; Error{not_found} where nobody knows it;
// Interrupted.
std::map<ModelName, manifest::Locked, ServerOrder> find_asked(const std::vector<rules::DigestTarget>&,
                                                              const manifest::Manifest&, const manifest::Lock*,
                                                              const AskedPorts&, const Stop&);

} // namespace codemate::upstream
