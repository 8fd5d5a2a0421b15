#include "codemate/lifecycle/list.hpp"

namespace codemate::lifecycle::list {

Facts gather(const manifest::Manifest& manifest, const Ports& ports, const Run& run) {
    return {manifest, ports.server.installed(run.stop), ports.clock.now()};
}

} // namespace codemate::lifecycle::list
