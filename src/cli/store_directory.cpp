#include "cli/store_directory.hpp"

#include "cli/store_reach.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

std::string why_blobs_are_unknown(const store::Inventory& inventory) {
    const auto oddity =
        std::ranges::find(inventory.oddities, std::string(store::blobs_directory), &store::Oddity::path);
    return oddity == inventory.oddities.end() ? "its blobs cannot be listed" : printable(oddity->why);
}

} // namespace

std::optional<machine::DiskSpace> space_of(const std::filesystem::path& path) {
    try {
        return machine::free_space(path);
    } catch (const Error& error) {
        diagnostics::info("free space is not known: " + error.message());
        return std::nullopt;
    }
}

StoreLook look_into_store(Wiring& wiring) {
    std::vector<ollama::Installed> installed;
    try {
        installed = wiring.server().installed(wiring.stop());
    } catch (const Error& error) { // what the user names can be looked at all the same
        if (!wiring.options().models_dir) return {std::nullopt, error.message()};
        diagnostics::info(error.message());
    }
    StoreLook look = look_into_store(wiring, std::move(installed));
    if (look.found && !look.found->doubt.empty())
        wiring.note(quoted(look.found->path.string()) + " may not be this server's: " + look.found->doubt);
    return look;
}

StoreLook look_into_store(Wiring& wiring, std::vector<ollama::Installed> installed) {
    lifecycle::locate::Report report = wiring.locate_store(std::move(installed));
    const std::string doubt = doubt_about(report);
    if (!report.store) {
        const bool named = wiring.options().models_dir && !report.dismissed.empty();
        return {std::nullopt, named ? report.dismissed.front().why : doubt};
    }
    const std::filesystem::path path = report.store->place.path;
    store::Inventory& inventory = report.store->inventory;
    if (!inventory.blobs_known) return {std::nullopt, quoted(path.string()) + ": " + why_blobs_are_unknown(inventory)};
    return {StoreDirectory{path, std::move(inventory), space_of(path), report.store->disk,
                           report.store->proven ? "" : doubt},
            ""};
}

std::string not_checked(const StoreLook& look) {
    return "disk: not checked, " + look.why_not;
}

} // namespace codemate::cli
