#include "lifecycle/pull/blocked.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/check.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using namespace std::chrono_literals;
using What = Obstacle::What;

// A server whose client has left writes its records once more, and is done with that long before.
constexpr Duration moment = 500ms;

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

std::string data_of(const Layer& layer) {
    return store::blob_path(layer.digest) + "-partial";
}

std::optional<Obstacle> obstacle_of(const Layer& layer, const store::Partial& partial) {
    Obstacle obstacle{What::unreadable_record, layer, {}, {}, partial.modified};
    std::vector<std::string> last;
    for (const std::string& path : partial.paths) {
        if (!is_record(path)) continue;
        const bool unreadable = std::ranges::find(partial.unreadable, path) != partial.unreadable.end();
        (unreadable ? last : obstacle.paths).push_back(path);
    }
    if (partial.unreadable.empty()) {
        if (partial.records == 0 || partial.planned == layer.size) return std::nullopt;
        obstacle.what = What::lacking_records;
        obstacle.told = partial.planned;
    }
    obstacle.paths.insert(obstacle.paths.end(), last.begin(), last.end());
    return obstacle;
}

std::string what_it_is(const Obstacle& obstacle) {
    const std::string layer = described(obstacle.layer);
    switch (obstacle.what) {
    case What::unreadable_record:
        return "the server's bookkeeping of an earlier download of its " + layer +
               " cannot be read, which blocks that layer for ever";
    case What::lacking_records:
        return "the server's bookkeeping of an earlier download of its " + layer + " accounts for " +
               to_string(obstacle.told) + " of " + to_string(obstacle.layer.size);
    case What::wrong_size:
        return "the server's file of its " + layer + " has " + to_string(obstacle.told) + " of " +
               to_string(obstacle.layer.size) + ", and is taken for the whole";
    }
    throw Error(Kind::defect, "no such obstacle");
}

std::string records_of(const Layer& layer) {
    return store::blob_path(layer.digest) + "-partial-*";
}

} // namespace

std::string described(const Layer& layer) {
    return std::string(to_string(layer.role)) + " " + layer.digest.id();
}

// What Go's JSON decoder says of an empty file, of half a record, and of something else in its place; with another text
// around it, it is the registry's connection that broke off. And what the server says when it removes its records at
// the end of a download and one is not there.
bool may_be_blocked(const Error& error) {
    const std::string& text = error.message();
    if (text.find("max retries exceeded") != text.npos || text.find("://") != text.npos) return false;
    if (text.find("-partial-") != text.npos && text.ends_with("no such file or directory")) return true;
    if (text.ends_with(": EOF") || text.ends_with(": unexpected EOF")) return true;
    // Of a manifest it is a login page, or another, in its place.
    return error.kind() != Kind::protocol && text.find("invalid character") != text.npos;
}

std::optional<WrongExtent> wrong_extent(const ollama::PullEvent& event, const Image& image) {
    if (event.stage != ollama::PullEvent::Stage::layer || !event.layer || event.total == ByteCount())
        return std::nullopt;
    for (const Layer& layer : image.blobs()) {
        if (layer.digest == *event.layer && layer.size != event.total) return WrongExtent{layer, event.total};
    }
    return std::nullopt;
}

std::vector<Obstacle> find_obstacles(const Image& image, const store::Inventory& inventory) {
    std::vector<Obstacle> all;
    for (const Layer& layer : image.blobs()) {
        if (const store::Blob* blob = inventory.find(layer.digest)) {
            const store::Identity& file = blob->stat.identity;
            if (file.size != layer.size)
                all.push_back({What::wrong_size, layer, file.size, {store::blob_path(layer.digest)}, file.modified});
            continue; // the server does not look at its records
        }
        const auto partial = std::ranges::find(inventory.partials, layer.digest, &store::Partial::digest);
        if (partial == inventory.partials.end()) continue;
        if (auto obstacle = obstacle_of(layer, *partial)) all.push_back(std::move(*obstacle));
    }
    return all;
}

// The size comes from a manifest that a registry may have made up; the content decides.
std::optional<Error> Blocked::why_not_wrong(const Obstacle& obstacle, store::Disk& disk, const Run& run) const {
    const std::vector<store::ToCheck> one{{obstacle.layer.digest, std::nullopt}};
    const store::Checked checked = store::check_blobs(disk, one, {}, run.stop).front();
    throw_if_stopped(run.stop);
    switch (checked.verdict) {
    case store::Checked::Verdict::wrong_digest:
        return std::nullopt;
    case store::Checked::Verdict::good:
        return Error(Kind::damaged, "its manifest is wrong: it says " + to_string(obstacle.layer.size) + " of its " +
                                        described(obstacle.layer) + ", which has " + to_string(obstacle.told));
    default:
        return checked.error.value_or(Error(Kind::busy, described(obstacle.layer) + " has changed meanwhile"));
    }
}

// Whether nobody works on it: what is left of another client's download is its own.
bool Blocked::is_at_rest(const Obstacle& obstacle, store::Disk& disk, const Run& run) const {
    const std::string data = data_of(obstacle.layer);
    const auto before = file_at(disk, data);
    if (obstacle.what == What::lacking_records) ports_.wait(moment, run.stop);
    const auto now = file_at(disk, data);
    return before == now && (!now || now->modified <= obstacle.modified);
}

// Looked at again first: all as it was, so that nobody works on it.
std::optional<Error> Blocked::remove(const Obstacle& obstacle, store::Disk& disk, const Run& run) const {
    try {
        if (obstacle.what == What::wrong_size) {
            if (auto problem = why_not_wrong(obstacle, disk, run)) return problem;
        } else if (!is_at_rest(obstacle, disk, run)) {
            return Error(Kind::busy, "another download of " + described(obstacle.layer) + " is under way");
        }
        for (const std::string& path : obstacle.paths) {
            const auto now = file_at(disk, path);
            if (!now || now->modified > obstacle.modified)
                return Error(Kind::busy, quoted(path) + " has changed meanwhile");
        }
        for (const std::string& path : obstacle.paths)
            disk.remove(path);
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

Blocked::Finding Blocked::free(const Image& image, const Run& run) {
    const std::lock_guard lock(mutex_);
    Finding finding;
    if (!ports_.store) return finding;
    try {
        const Reach reach = ports_.store();
        const auto removal = reach.removal;
        finding.remove_records = [removal](const Layer& layer) { return removal(records_of(layer)); };
        finding.remove_blob = [removal](const Layer& layer) { return removal(store::blob_path(layer.digest)); };
        finding.out_of_reach = !reach.store;
        if (!reach.store) return finding;
        for (const Obstacle& each : find_obstacles(image, reach.store->inventory)) {
            const auto problem = remove(each, *reach.store->disk, run);
            if (!problem) {
                finding.done.push_back(what_it_is(each) + "; removed " + counted(each.paths.size(), "file") + " (" +
                                       each.paths.back() + (each.paths.size() > 1 ? " and its like" : "") +
                                       "), it is fetched anew");
            } else if (problem->kind() == Kind::damaged) {
                finding.stuck = *problem;
            } else if (problem->kind() != Kind::busy) {
                const auto& command = each.what == What::wrong_size ? finding.remove_blob : finding.remove_records;
                Error stuck(Kind::storage, what_it_is(each) + ": " + problem->message());
                finding.stuck = std::move(stuck).hint(command(each.layer) + ", then pull again");
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
