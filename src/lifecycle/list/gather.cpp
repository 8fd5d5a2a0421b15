#include "codemate/lifecycle/list.hpp"

namespace codemate::lifecycle::list {

Facts gather(const Options& options, const manifest::Manifest& manifest, const Ports& ports, const Run& run) {
    Facts facts{manifest, ports.server.installed(run.stop), ports.clock.now()};
    if (options.which != Which::unused) return facts;
    facts.running = ollama::running_if_told(ports.server, run.stop);
    facts.elsewhere = ports.elsewhere();
    return facts;
}

} // namespace codemate::lifecycle::list
