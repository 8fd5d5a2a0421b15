#include "codemate/lifecycle/du.hpp"

#include <utility>

namespace codemate::lifecycle::du {

// The disk says it all, and more than the server does: models that the server cannot list are there, too.
Facts gather(std::optional<Disk> disk, ollama::Server& server, const Run& run) {
    Facts facts{std::move(disk), {}};
    if (!facts.disk) facts.installed = server.installed(run.stop);
    return facts;
}

} // namespace codemate::lifecycle::du
