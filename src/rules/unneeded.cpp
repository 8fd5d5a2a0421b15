#include "codemate/rules/unneeded.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::rules {
namespace {

using What = Unneeded::What;

void add_orphans(std::vector<Unneeded>& all, const store::Inventory& inventory) {
    if (!inventory.orphans_certain) return; // they may belong to a manifest that was not understood
    Unneeded orphans{What::orphans, std::nullopt, 0};
    for (const store::Blob& blob : inventory.blobs) {
        if (!blob.users.empty()) continue;
        ++orphans.count;
        orphans.freed.bytes += blob.stat.on_disk;
    }
    all.push_back(orphans);
}

void add_downloads(std::vector<Unneeded>& all, const store::Inventory& inventory, const std::set<Digest>& wanted) {
    Unneeded downloads{What::downloads, std::nullopt, 0};
    for (const store::Partial& partial : inventory.partials) {
        if (wanted.contains(partial.digest)) continue;
        ++downloads.count;
        downloads.freed.bytes += partial.on_disk;
    }
    all.push_back(downloads);
}

} // namespace

std::vector<Unneeded> unneeded(const Keepers& keepers, const Holdings& holdings,
                               const std::set<ModelName, ServerOrder>& spared, const std::set<Digest>& wanted) {
    std::vector<Unneeded> all;
    for (const ollama::Installed& model : holdings.installed) {
        if (spared.contains(model.name) || !keepers.reasons(model).empty()) continue;
        const std::vector<ModelName> alone{model.name};
        all.push_back({What::model, model.name, 1, freed_without(alone, holdings)});
    }
    if (holdings.inventory != nullptr && holdings.inventory->blobs_known) {
        add_orphans(all, *holdings.inventory);
        add_downloads(all, *holdings.inventory, wanted);
    }
    std::erase_if(all, [](const Unneeded& each) { return each.freed.bytes == ByteCount(); });
    std::ranges::stable_sort(all, [](const Unneeded& a, const Unneeded& b) { return a.freed.bytes > b.freed.bytes; });
    return all;
}

std::string to_text(const Unneeded& unneeded) {
    const std::string bytes = to_text(unneeded.freed);
    switch (unneeded.what) {
    case What::model:
        return printable(unneeded.name->display()) + ": " + bytes + " would come free without it, and nothing keeps it";
    case What::orphans:
        return counted(unneeded.count, "blob") + " of no model: " + bytes + ", which the server removes when it starts";
    case What::downloads:
        break;
    }
    return counted(unneeded.count, "unfinished download") + ": " + bytes +
           ", which the server removes when it starts and they are an hour old";
}

} // namespace codemate::rules
