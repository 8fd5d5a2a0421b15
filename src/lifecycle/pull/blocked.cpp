#include "lifecycle/pull/blocked.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

std::string records_of(const Digest& digest) {
    return store::blob_path(digest) + "-partial-*";
}

std::string described(const Layer& layer) {
    return std::string(to_string(layer.role)) + " " + layer.digest.id();
}

bool is_record(const std::string& path) {
    const auto name = store::parse_blob_name(std::string_view(path).substr(path.rfind('/') + 1));
    return name.what == store::BlobName::What::record;
}

// The file as it stands there now: nothing where it is gone or no file.
std::optional<store::Identity> file_at(store::Disk& disk, const std::string& path) {
    const auto stat = disk.stat(path);
    if (!stat || stat->type != store::Type::file) return std::nullopt;
    return stat->identity;
}

} // namespace

// What Go's JSON decoder says of an empty file, of half a record, and of something else in its place. With another text
// around it, it is the registry's connection that broke off.
bool may_be_blocked(const Error& error) {
    const std::string& text = error.message();
    if (text.find("max retries exceeded") != text.npos || text.find("://") != text.npos) return false;
    return text.ends_with(": EOF") || text.ends_with(": unexpected EOF") || text.find("invalid character") != text.npos;
}

std::vector<Unblocking> plan_unblocking(const std::vector<Layer>& blobs, const store::Inventory& inventory) {
    std::vector<Unblocking> all;
    for (const store::Partial& partial : inventory.partials) {
        const auto layer = std::ranges::find(blobs, partial.digest, &Layer::digest);
        if (!partial.blocked || layer == blobs.end()) continue;
        Unblocking unblocking{*layer, {}, {}, partial.modified};
        for (const std::string& path : partial.paths) {
            if (!is_record(path)) continue;
            const bool empty = std::ranges::find(partial.empty_records, path) != partial.empty_records.end();
            (empty ? unblocking.empty : unblocking.others).push_back(path);
        }
        all.push_back(std::move(unblocking));
    }
    return all;
}

// Looked at again first: all as it was, so that nobody works on it. The empty ones go last: as long as one of them is
// there, the server takes none of the others for the whole.
std::optional<Error> Blocked::remove(const Unblocking& unblocking, store::Disk& disk) {
    try {
        const std::string data = store::blob_path(unblocking.layer.digest) + "-partial";
        const auto file = file_at(disk, data);
        if (file && file->modified > unblocking.modified)
            return Error(Kind::busy, "another download of " + described(unblocking.layer) + " is under way");
        for (const std::string& path : unblocking.empty) {
            const auto now = file_at(disk, path);
            if (!now || now->size.count() > 0) return Error(Kind::busy, quoted(path) + " has changed meanwhile");
        }
        for (const std::vector<std::string>* paths : {&unblocking.others, &unblocking.empty}) {
            for (const std::string& path : *paths)
                disk.remove(path);
        }
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

// The server fetches the layers one after another, so it is the first that it lacks.
std::string Blocked::advice_for(const Image& image, const Reach& reach, const Stop& stop) const {
    std::vector<Layer> in_order = image.layers;
    in_order.push_back(image.config);
    for (const Layer& blob : in_order) {
        if (ports_.server.has_blob(blob.digest, stop)) continue;
        return "if it stays so, an empty file of the server's bookkeeping blocks its " + described(blob) + ": " +
               reach.removal(records_of(blob.digest)) + ", then pull again";
    }
    return {};
}

Blocked::Finding Blocked::free(const Image& image, Stop stop) {
    const std::lock_guard lock(mutex_);
    Finding finding;
    if (!ports_.store) return finding;
    try {
        const Reach reach = ports_.store();
        if (!reach.store) {
            finding.advice = advice_for(image, reach, stop);
            return finding;
        }
        for (const Unblocking& each : plan_unblocking(image.blobs(), reach.store->inventory)) {
            const std::string what = "the server's bookkeeping of an earlier download of its " + described(each.layer) +
                                     (each.is_curable() ? " is empty" : " cannot be read") +
                                     ", which blocks that layer for ever";
            const auto problem = each.is_curable() ? remove(each, *reach.store->disk)
                                                   : Error(Kind::storage, "codemate removes only what is empty");
            if (!problem) {
                const std::size_t count = each.empty.size() + each.others.size();
                finding.done.push_back(what + "; removed " + counted(count, "file") + " (" + joined(each.empty, ", ") +
                                       (each.others.empty() ? "" : " and its like") + "), it is fetched anew");
            } else if (problem->kind() != Kind::busy) {
                Error stuck(Kind::storage, what + ": " + problem->message());
                finding.stuck =
                    std::move(stuck).hint(reach.removal(records_of(each.layer.digest)) + ", then pull again");
            } else {
                diagnostics::info(problem->message());
            }
        }
    } catch (const Error& error) { // then it is told as what it looks like
        diagnostics::info(error.message());
    }
    return finding;
}

} // namespace codemate::lifecycle::pull
