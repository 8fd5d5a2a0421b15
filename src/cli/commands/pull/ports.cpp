#include "cli/commands/pull/ports.hpp"

#include "cli/store_directory.hpp"
#include "cli/store_reach.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/random.hpp"
#include "codemate/machine/memory.hpp"
#include "codemate/machine/programs.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::pull;

use::StorageLook storage_of(const std::vector<ollama::Installed>& installed, Wiring& wiring) {
    StoreLook look;
    try {
        look = look_into_store(wiring, installed);
    } catch (const Error& error) { // of a directory that was named: the server may pull all the same
        return {{}, error.message()};
    }
    use::StorageLook storage{{}, std::move(look.why_not)};
    if (look.found) {
        storage.found =
            use::Storage{look.found->path, std::move(look.found->inventory), look.found->space, look.found->doubt};
    }
    return storage;
}

use::Reach reach_of_store(Wiring& wiring) {
    use::Reach reach;
    auto found = std::make_shared<lifecycle::locate::Report>();
    try {
        *found = wiring.locate_store(wiring.server().installed(wiring.stop()));
    } catch (const Error& error) { // of a directory that --models-dir names: there it is, and not to be read
        diagnostics::info(error.message());
    }
    if (found->store) reach.store = use::Reach::Store{found->store->disk, std::move(found->store->inventory)};
    reach.removal = [&wiring, found](const std::string& pattern) { return removal(*found, pattern, wiring); };
    return reach;
}

} // namespace

use::Ports ports_of(registry::Registry& registry, Wiring& wiring) {
    use::Ports ports{wiring.server(), wiring.clock()};
    ports.registry = &registry;
    ports.relays = &wiring.relays();
    ports.addresses = [&wiring] { return wiring.relay_addresses(); };
    ports.journal = wiring.journal();
    ports.changes = wiring.changes();
    ports.random = &random_fraction;
    ports.storage = [&wiring](const std::vector<ollama::Installed>& installed) {
        return storage_of(installed, wiring);
    };
    ports.memory = [] { return machine::memory(); };
    ports.gpus = [](const Stop& stop) { return machine::gpus(*machine::make_programs(), stop); };
    ports.elsewhere = [&wiring] { return wiring.required_elsewhere(); };
    ports.store = [&wiring] { return reach_of_store(wiring); };
    return ports;
}

} // namespace codemate::cli::pull
