#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

Facts gather(const Options& options, const manifest::Manifest& manifest, const Ports& ports, const Run& run) {
    // The targets first: a misspelt one needs no server to be refused.
    std::vector<manifest::Wanted> wanted = manifest::resolve(manifest, options.targets);
    return {manifest, std::move(wanted), ports.server.installed(run.stop), ports.clock.now()};
}

} // namespace codemate::lifecycle::pull
