#include "codemate/depot/writer.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::depot {
namespace {

constexpr store::Ownership for_directories{0755, {}, {}};
constexpr ByteCount longest_layout(std::uint64_t{64} << 10);

constexpr std::string_view temporary_name = "new";

// A file system's own, and what an export makes before `oci-layout` is there.
bool is_nobodys(const std::string& name) {
    return name == "lost+found" || name == work_directory || name.ends_with(".lock~");
}

std::string text_at(store::Disk& disk, std::string_view path, ByteCount limit) {
    return store::read_all(*disk.open(path), limit, path);
}

void check_version(store::Disk& disk, const std::string& where) {
    try {
        check_layout(text_at(disk, layout_file, longest_layout));
    } catch (Error& error) {
        if (error.kind() == Kind::usage) error.context(quoted(where));
        throw;
    }
}

void put(store::Disk& disk, const std::string& path, std::string_view bytes) {
    const std::string temporary = std::string(work_directory) + '/' + std::string(temporary_name);
    disk.remove(temporary); // of a run that was killed
    const auto file = disk.write(temporary, {});
    file->write(bytes);
    file->finish();
    disk.move(temporary, path);
}

} // namespace

std::string partial_path(const Digest& digest) {
    return std::string(work_directory) + '/' + digest.hex();
}

std::optional<Index> written_so_far(store::Disk& disk, const std::string& where) {
    if (disk.stat(layout_file)) {
        check_version(disk, where);
        if (!disk.stat(index_file)) return Index{};
        Index index = parse_index(text_at(disk, index_file, longest_index));
        if (index.others > 0) {
            throw Error(Kind::usage, quoted(where) + " has " + counted(index.others, "image") + " that " +
                                         (index.others == 1 ? "is no model" : "are no models") +
                                         ", and would lose them")
                .hint("name a directory of its own for models");
        }
        return index;
    }
    const store::Listing listing = disk.list("", {});
    const auto foreign =
        std::ranges::find_if(listing.entries, [](const store::Listed& entry) { return !is_nobodys(entry.name); });
    if (foreign == listing.entries.end()) return std::nullopt;
    throw Error(Kind::usage, quoted(where) + " is neither empty nor an export: it has " + quoted(foreign->name))
        .hint("name a new or an empty directory, or one that an export has written");
}

void prepare(store::Disk& disk) {
    disk.make_directory(work_directory, for_directories);
    if (!disk.stat(layout_file)) put(disk, std::string(layout_file), layout_text());
    disk.make_directory("blobs", for_directories);
    disk.make_directory(blobs_directory, for_directories);
}

void put_blob(store::Disk& disk, const Digest& digest, std::string_view bytes) {
    put(disk, blob_path(digest), bytes);
}

void put_index(store::Disk& disk, const Index& index) {
    put(disk, std::string(index_file), to_text(index));
}

void put_lock(store::Disk& disk, std::string_view text) {
    put(disk, std::string(lock_file), text);
}

void clear_work(store::Disk& disk) {
    try {
        for (const store::Listed& entry : disk.list(work_directory, {}).entries) {
            constexpr std::size_t digits = 64;
            const auto digest = Digest::parse(std::string_view(entry.name).substr(0, digits));
            const bool is_over = entry.name == temporary_name || (digest && disk.stat(blob_path(*digest)));
            if (is_over) disk.remove(std::string(work_directory) + '/' + entry.name);
        }
        disk.remove(work_directory);
    } catch (const Error& error) { // what another run goes on with stays
        diagnostics::debug(error.message());
    }
}

} // namespace codemate::depot
