#include "download/earlier.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/time.hpp"

#include <algorithm>

namespace codemate::download {
namespace {

constexpr ByteCount journal_limit(std::uint64_t{256} << 20);

// What was written into the file before a kill, but is not in the journal yet, is younger than the journal: by less
// than this, unless the registry is very slow.
constexpr Duration journal_lag = std::chrono::seconds(2);

std::uint64_t end_of(std::uint64_t block, const JournalHead& head) {
    return std::min((block + 1) * head.block, head.size);
}

} // namespace

std::optional<Journal> earlier_journal(const Wanted& wanted, const store::Identity& file, const Target& target,
                                       store::Disk& disk, std::string_view boot) {
    const std::string path = journal_of(target.partial);
    try {
        const auto opened = disk.open(path);
        std::optional<Journal> journal = parse_journal(store::read_all(*opened, journal_limit, path), boot);
        if (!journal) return std::nullopt;
        const JournalHead& head = journal->head;
        if (head.digest != wanted.digest || head.size != wanted.size.count() || head.inode != file.inode)
            return std::nullopt;
        // A file that is shorter has lost them.
        for (std::uint64_t block = 0; block < journal->there.size(); ++block)
            if (end_of(block, head) > file.size.count()) journal->there[block] = false;
        // Somebody may have written into it since: the hash of what was there says nothing of what is there.
        if (file.changed > opened->stat().identity.changed + journal_lag) journal->hashed = ResumableSha256::initial();
        return journal;
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return std::nullopt;
        throw;
    }
}

ByteCount bytes_there(const Journal& journal) {
    ByteCount sum;
    for (std::uint64_t block = 0; block < journal.there.size(); ++block)
        if (journal.there[block]) sum += ByteCount(end_of(block, journal.head) - block * journal.head.block);
    return sum;
}

} // namespace codemate::download
