// Which directory that is: so far the one that OLLAMA_MODELS names.
#include "cli/store_directory.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/local_disk.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

std::optional<machine::DiskSpace> space_of(const std::filesystem::path& path) {
    try {
        return machine::free_space(path);
    } catch (const Error& error) {
        diagnostics::info("free space is not known: " + error.message());
        return std::nullopt;
    }
}

std::string why_blobs_are_unknown(const store::Inventory& inventory) {
    const auto oddity =
        std::ranges::find(inventory.oddities, std::string(store::blobs_directory), &store::Oddity::path);
    return oddity == inventory.oddities.end() ? "its blobs cannot be listed" : printable(oddity->why);
}

} // namespace

StoreLook look_into_store(Wiring& wiring) {
    const std::optional<std::string> named = wiring.named_models_directory();
    if (!named) return {std::nullopt, "nothing tells where the server keeps its models (OLLAMA_MODELS is not set)"};
    try {
        const auto disk = store::open_disk(*named);
        store::Inventory inventory = store::take_inventory(store::scan(*disk, wiring.stop()));
        if (!inventory.blobs_known) return {std::nullopt, quoted(*named) + ": " + why_blobs_are_unknown(inventory)};
        return {StoreDirectory{*named, std::move(inventory), space_of(*named)}, ""};
    } catch (const Error& error) {
        return {std::nullopt, error.message()};
    }
}

std::string not_checked(const StoreLook& look) {
    return "disk: not checked, " + look.why_not;
}

} // namespace codemate::cli
