#include "codemate/store/inventory.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/manifest_digest.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace codemate::store {
namespace {

using What = Oddity::What;

// "it is a link to '/x', which codemate does not follow"
std::string what_it_is(const Scan::Found& found) {
    std::string text = "it is " + std::string(to_string(found.stat.type));
    if (found.stat.type == Type::link) text += " to " + quoted(found.link) + ", which codemate does not follow";
    if (found.stat.type == Type::dangling_link) text += ", to " + quoted(found.link);
    return text;
}

bool is_link(const Stat& stat) {
    return stat.type == Type::link || stat.type == Type::dangling_link;
}

class Taker {
public:
    explicit Taker(const Scan& scan) : scan_(scan) {}

    Inventory run() {
        inventory_.blobs_known = scan_.blobs_known;
        inventory_.directories = scan_.directories;
        for (const Scan::Unread& unread : scan_.unread)
            unread_.emplace(unread.path, &unread.why);
        for (const Scan::Found& found : scan_.blobs)
            take_blob(found);
        std::ranges::sort(inventory_.blobs, {}, &Blob::digest);
        for (auto& [digest, partial] : partials_)
            inventory_.partials.push_back(std::move(partial));
        for (const Scan::Found& found : scan_.manifests)
            take_manifest(found);
        for (const Scan::Found& found : scan_.rest)
            take_rest(found);
        take_unread();
        inventory_.orphans_certain = scan_.manifests_known && !manifest_not_understood_;
        return std::move(inventory_);
    }

private:
    void odd(What what, const Scan::Found& found, std::string why, std::optional<ModelName> name = {}) {
        inventory_.oddities.push_back(
            {what, found.path, std::move(why), found.stat.on_disk, std::move(name), found.stat.identity.modified});
    }

    // --- manifests

    // host/owner/model/tag below manifests/; throws Error{usage} where that makes no name.
    static ModelName name_of(std::string_view path) {
        const std::vector<std::string_view> parts = split(path, '/');
        return {std::string(parts.at(1)), std::string(parts.at(2)), std::string(parts.at(3)), std::string(parts.at(4))};
    }

    void take_manifest(const Scan::Found& found) {
        if (std::ranges::count(found.path, '/') != 4 || found.stat.type == Type::directory) {
            take_misplaced(found);
            return;
        }
        std::optional<ModelName> name;
        std::string fault;
        try {
            name = name_of(found.path);
        } catch (const Error& error) {
            fault = error.message();
        }
        const Error* const unread = why_unread(found);
        if (name && found.content) {
            take_content(found, *name);
            return;
        }
        manifest_not_understood_ = true;
        if (found.stat.type == Type::dangling_link) {
            odd(What::dangling_manifest, found, what_it_is(found), std::move(name));
        } else if (!name) {
            odd(What::misnamed_manifest, found, std::move(fault));
        } else if (found.stat.type == Type::link) {
            odd(What::linked_manifest, found, what_it_is(found), std::move(name));
        } else {
            odd(What::unreadable_manifest, found, unread ? unread->message() : what_it_is(found), std::move(name));
        }
    }

    void take_misplaced(const Scan::Found& found) {
        if (is_link(found.stat)) {
            odd(What::link, found, what_it_is(found));
            manifest_not_understood_ = true; // the server's search follows it, and may find manifests behind it
        } else if (found.stat.type == Type::directory) {
            odd(What::misplaced_file, found, "it is a directory where manifests stand");
        } else {
            odd(What::misplaced_file, found, "only directories belong here");
        }
    }

    void take_content(const Scan::Found& found, const ModelName& name) {
        std::optional<Image> image;
        try {
            if (trimmed(*found.content).empty()) throw Error(Kind::protocol, "it is empty");
            image = Image::parse(*found.content);
        } catch (const Error& error) {
            manifest_not_understood_ = true;
            odd(found.content->empty() ? What::empty_manifest : What::damaged_manifest, found, error.message(), name);
            return;
        }
        Entry entry{name, found.path, std::move(*image), digest_listed_by_server(*found.content), found.stat, {}};
        use_blobs(entry);
        inventory_.models.push_back(std::move(entry));
    }

    void use_blobs(Entry& entry) {
        if (!scan_.blobs_known) return;
        const auto user = static_cast<std::uint32_t>(inventory_.models.size());
        for (const Layer& layer : entry.image.blobs()) {
            const auto found = std::ranges::lower_bound(inventory_.blobs, layer.digest, {}, &Blob::digest);
            if (found != inventory_.blobs.end() && found->digest == layer.digest) {
                found->users.push_back(user);
                const ByteCount size = found->stat.identity.size;
                if (size != layer.size) entry.flaws.push_back({Flaw::What::wrong_size, layer.digest, layer.size, size});
            } else if (const auto other = no_files_.find(layer.digest); other != no_files_.end()) {
                entry.flaws.push_back({Flaw::What::no_file, layer.digest, layer.size, {}, other->second});
            } else {
                entry.flaws.push_back({Flaw::What::missing, layer.digest, layer.size, {}});
            }
        }
    }

    // --- blobs

    void take_blob(const Scan::Found& found) {
        const BlobName name = parse_blob_name(std::string_view(found.path).substr(blobs_directory.size() + 1));
        if (found.stat.type != Type::file) {
            odd(is_link(found.stat) ? What::link : What::no_file, found, what_it_is(found));
            if (name.what == BlobName::What::blob) no_files_.emplace(*name.digest, found.stat.type);
            return;
        }
        switch (name.what) {
        case BlobName::What::blob:
            inventory_.blobs.push_back({*name.digest, found.stat, {}});
            break;
        case BlobName::What::partial:
        case BlobName::What::record:
            take_partial(found, name);
            break;
        case BlobName::What::unfinished:
            temporary(Temporary::What::unfinished, found);
            break;
        case BlobName::What::upload:
            temporary(Temporary::What::upload, found);
            break;
        case BlobName::What::old_blob:
            odd(What::old_blob, found, "an old name, which the server changes when it starts");
            break;
        case BlobName::What::foreign:
            odd(What::foreign, found, "no name that the server gives");
            break;
        }
    }

    void temporary(Temporary::What what, const Scan::Found& found) {
        inventory_.temporaries.push_back(
            {what, found.path, found.stat.identity.size, found.stat.on_disk, found.stat.identity.modified});
    }

    void take_partial(const Scan::Found& found, const BlobName& name) {
        Partial& partial = partials_[*name.digest];
        partial.digest = *name.digest;
        partial.on_disk += found.stat.on_disk;
        partial.modified = std::max(partial.modified, found.stat.identity.modified);
        partial.paths.push_back(found.path);
        if (name.what == BlobName::What::partial) {
            partial.has_data = true;
            partial.extent = std::max(partial.extent, found.stat.identity.size);
        } else {
            ++partial.records;
            if (why_unread(found) != nullptr || !read_record(partial, found)) partial.unreadable.push_back(found.path);
        }
    }

    // {"N":0,"Offset":0,"Size":100000000,"Completed":0}; false for anything else.
    static bool read_record(Partial& partial, const Scan::Found& found) {
        constexpr std::string_view what = "the record of a download";
        try {
            const json::Document document = json::read(found.content.value_or(""), what);
            const json::Cursor record(document.root, what);
            const ByteCount size(record.at("Size").unsigned_integer());
            partial.extent = std::max(partial.extent, ByteCount(record.at("Offset").unsigned_integer()) + size);
            partial.planned += size;
            partial.recorded += std::min(size, ByteCount(record.unsigned_or("Completed", 0)));
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    // --- all else

    // What could be found but not read is told of where it stands; here comes what has no other place.
    void take_unread() {
        for (const auto& [path, why] : unread_) {
            inventory_.oddities.push_back({What::unreadable, std::string(path), why->message(), {}});
            if (path == manifests_directory || path.starts_with(std::string(manifests_directory) + '/'))
                manifest_not_understood_ = true;
        }
    }

    // The reason, once.
    const Error* why_unread(const Scan::Found& found) {
        const auto unread = unread_.find(found.path);
        if (unread == unread_.end()) return nullptr;
        const Error* const why = unread->second;
        unread_.erase(unread);
        return why;
    }

    void take_rest(const Scan::Found& found) {
        const auto& all = inventory_.temporaries;
        const bool of_conversion = found.path.starts_with(conversion_prefix);
        const bool top = found.path.find('/') == std::string::npos;
        if (of_conversion && top && found.stat.type == Type::directory) {
            temporary(Temporary::What::conversion, found);
            inventory_.temporaries.back().size = {};
        } else if (of_conversion && !top && !all.empty()) {
            Temporary& conversion = inventory_.temporaries.back(); // its directory came right before
            if (found.stat.type == Type::file) conversion.size += found.stat.identity.size;
            conversion.on_disk += found.stat.on_disk;
            conversion.modified = std::max(conversion.modified, found.stat.identity.modified);
        } else if (is_link(found.stat)) {
            odd(What::link, found, what_it_is(found));
        } else {
            odd(What::foreign, found, "nothing of the server's");
        }
    }

    const Scan& scan_;
    Inventory inventory_;
    std::map<Digest, Partial> partials_;
    std::map<Digest, Type> no_files_; // what stands in a blob's place and is none
    std::map<std::string_view, const Error*> unread_;
    bool manifest_not_understood_ = false;
};

} // namespace

bool Oddity::stops_cleaning() const {
    switch (what) {
    case What::empty_manifest:
    case What::damaged_manifest:
    case What::misnamed_manifest:
    case What::dangling_manifest:
        return true;
    default:
        return false;
    }
}

bool Oddity::stops_listing() const {
    return what == What::dangling_manifest;
}

const Blob* Inventory::find(const Digest& digest) const {
    const auto found = std::ranges::lower_bound(blobs, digest, {}, &Blob::digest);
    return found != blobs.end() && found->digest == digest ? &*found : nullptr;
}

Inventory take_inventory(const Scan& scan) {
    return Taker(scan).run();
}

} // namespace codemate::store
