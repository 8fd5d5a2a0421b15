#include "lifecycle/pull/places.hpp"

namespace codemate::lifecycle::pull {

std::vector<ModelName> places_of(const ModelName& name, const manifest::Manifest& manifest, const Options& options) {
    if (!options.from) return manifest.places_of(name);
    return rules::names_at_one_source(name, manifest);
}

std::string where(const Options& options) {
    return options.from ? options.from->where : "";
}

} // namespace codemate::lifecycle::pull
