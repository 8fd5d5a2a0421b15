#include "codemate/store/scan.hpp"

#include "codemate/base/text.hpp"
#include "codemate/store/layout.hpp"

#include <utility>

namespace codemate::store {
namespace {

constexpr ByteCount largest_manifest(64U << 20U); // one of 100,000 tensors takes some 20 MiB
constexpr ByteCount largest_record(4096);         // Ollama's take 60 bytes
constexpr int manifest_depth = 4;                 // host, owner, model, tag
constexpr int conversion_depth = 8;

class Scanner {
public:
    Scanner(Disk& disk, Stop stop) : disk_(disk), stop_(std::move(stop)) {}

    Scan run() {
        const Listing root = disk_.list("", stop_);
        if (const auto own = disk_.stat("")) scan_.directories += own->on_disk;
        for (const Listed& entry : root.entries)
            take(entry);
        note_unseen(root, "");
        return std::move(scan_);
    }

private:
    static std::string below(std::string_view directory, const std::string& name) {
        return directory.empty() ? name : std::string(directory) + '/' + name;
    }

    void note_unseen(const Listing& listing, std::string_view directory) {
        for (const Listing::Unseen& unseen : listing.unseen)
            scan_.unread.push_back({below(directory, unseen.name), unseen.why});
    }

    void take(const Listed& entry) {
        const bool directory = entry.stat.type == Type::directory;
        if (entry.name == manifests_directory)
            scan_.manifests_known = directory && walk_manifests(entry, entry.name, 0);
        if (entry.name == blobs_directory) scan_.blobs_known = directory && walk_blobs(entry);
        if (directory && (entry.name == manifests_directory || entry.name == blobs_directory)) return;
        scan_.rest.push_back({entry.name, entry.stat, entry.link});
        if (directory && entry.name.starts_with(conversion_prefix)) walk_conversion(entry.name, 1);
    }

    // Nothing if it cannot be listed.
    std::optional<Listing> list(const std::string& directory) {
        try {
            Listing listing = disk_.list(directory, stop_);
            note_unseen(listing, directory);
            return listing;
        } catch (const Error& error) {
            if (error.kind() != Kind::not_found) scan_.unread.push_back({directory, error});
            return std::nullopt;
        }
    }

    bool walk_manifests(const Listed& directory, const std::string& path, int depth) {
        scan_.directories += directory.stat.on_disk;
        const auto listing = list(path);
        if (!listing) return false;
        for (const Listed& entry : listing->entries) {
            std::string place = below(path, entry.name);
            if (entry.stat.type == Type::directory && depth + 1 < manifest_depth) {
                walk_manifests(entry, place, depth + 1);
            } else if (depth + 1 == manifest_depth) {
                keep(scan_.manifests, {std::move(place), entry.stat, entry.link}, largest_manifest);
            } else {
                scan_.manifests.push_back({std::move(place), entry.stat, entry.link});
            }
        }
        return true;
    }

    bool walk_blobs(const Listed& directory) {
        scan_.directories += directory.stat.on_disk;
        const auto listing = list(directory.name);
        if (!listing) return false;
        scan_.blobs.reserve(listing->entries.size());
        for (const Listed& entry : listing->entries) {
            Scan::Found found{below(directory.name, entry.name), entry.stat, entry.link};
            if (parse_blob_name(entry.name).what == BlobName::What::record) {
                keep(scan_.blobs, std::move(found), largest_record);
            } else {
                scan_.blobs.push_back(std::move(found));
            }
        }
        return true;
    }

    void walk_conversion(const std::string& path, int depth) {
        const auto listing = list(path);
        if (!listing) return;
        for (const Listed& entry : listing->entries) {
            scan_.rest.push_back({below(path, entry.name), entry.stat, entry.link});
            if (entry.stat.type == Type::directory && depth < conversion_depth)
                walk_conversion(below(path, entry.name), depth + 1);
        }
    }

    // With its content if it is a file. The facts are those of the file that was read.
    void keep(std::vector<Scan::Found>& into, Scan::Found found, ByteCount limit) {
        throw_if_stopped(stop_);
        if (found.stat.type == Type::file) {
            try {
                const auto file = disk_.open(found.path);
                found.stat = file->stat();
                found.content = read_all(*file, limit, found.path);
            } catch (const Error& error) {
                if (error.kind() == Kind::not_found) return;
                scan_.unread.push_back({found.path, error});
            }
        }
        into.push_back(std::move(found));
    }

    Disk& disk_;
    Stop stop_;
    Scan scan_;
};

} // namespace

Scan scan(Disk& disk, Stop stop) {
    return Scanner(disk, std::move(stop)).run();
}

} // namespace codemate::store
