#include "cli/commands/export/models.hpp"

#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/store/local_disk.hpp"
#include "codemate/store/scan.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace codemate::cli::exporting {
namespace {

namespace use = lifecycle::exports;

void refuse_export(const std::string& named, Wiring& wiring) {
    if (!depot::is_layout(wiring.models_directory_to_write())) return;
    throw Error(Kind::usage, quoted(named) + " is an export, not a models directory")
        .context("--models-dir")
        .hint("an export is read by `codemate pull --from " + printable(named, 200) +
              "`; what is pulled can be exported again");
}

// As a server that was started with the same variable would read it.
StoreLook look_into_environments(Wiring& wiring) {
    const std::filesystem::path path = wiring.models_directory_to_write();
    try {
        const std::shared_ptr<store::Disk> disk = store::open_disk(path);
        store::Inventory inventory = store::take_inventory(store::scan(*disk, wiring.stop()));
        if (!inventory.blobs_known) return {std::nullopt, quoted(path.string()) + ": its blobs cannot be listed"};
        return {StoreDirectory{path, std::move(inventory), space_of(path), disk, ""}, ""};
    } catch (const Error& error) {
        return {std::nullopt, error.message()};
    }
}

// Without a server.
StoreLook look(Wiring& wiring, const Error& silence) {
    if (wiring.options().models_dir) return look_into_store(wiring, {});
    if (!wiring.environment()["OLLAMA_MODELS"].empty()) {
        StoreLook found = look_into_environments(wiring);
        if (found.found)
            wiring.note("no server answers; the models directory is that of OLLAMA_MODELS, " +
                        quoted(found.found->path.string()));
        else
            wiring.note("no server answers, nor is OLLAMA_MODELS of use: " + found.why_not);
        return found;
    }
    return {std::nullopt, silence.message() + "; --models-dir DIR reads one without a server"};
}

} // namespace

void look_for_models(use::Ports& ports, Wiring& wiring) {
    if (const auto& named = wiring.options().models_dir) refuse_export(*named, wiring);
    std::optional<Error> silence;
    try {
        ports.installed = wiring.server().installed(wiring.stop());
    } catch (const Error& error) {
        diagnostics::info(error.message());
        silence = error;
    }
    StoreLook look = silence ? exporting::look(wiring, *silence) : look_into_store(wiring, ports.installed);
    ports.why_no_store = look.why_not;
    if (!look.found) return;
    if (!look.found->doubt.empty() && !silence)
        wiring.note(quoted(look.found->path.string()) + " may not be this server's: " + look.found->doubt);
    ports.store = use::Store{look.found->path, look.found->disk, std::move(look.found->inventory)};
    if (!silence) return;
    for (const store::Entry& entry : ports.store->inventory.models) {
        ollama::Installed installed{entry.name};
        installed.digest = entry.image.digest;
        ports.installed.push_back(std::move(installed));
    }
}

} // namespace codemate::cli::exporting
