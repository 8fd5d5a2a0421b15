#pragma once

#include "download/journal.hpp"
#include "download/ledger.hpp"

#include "codemate/base/run.hpp"
#include "codemate/base/sha256_midstate.hpp"
#include "codemate/download/download.hpp"
#include "codemate/store/disk.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::download {

// The file while it comes together: blocks arrive in any order from several threads, are written, told to the journal,
// and hashed in their order by whichever thread is there; until then they stay in memory.
class Assembly {
public:
    // Goes on with what an earlier run left, where that is about the same blob; else begins anew.
    Assembly(const Wanted&, const Target&, store::Disk&, const Options&, std::function<void(ByteCount)> progress);

    ByteCount resumed() const { return resumed_; }
    ByteCount there() const; // in the file
    bool complete() const;
    bool has(std::uint64_t block) const;
    registry::ByteRange range_of(std::uint64_t block) const { return ledger_.range_of(block); }
    std::uint64_t block_size() const { return block_size_; }
    std::size_t parts_missing() const;

    // What to fetch next; it is the caller's until it is given back. Waits, and hashes meanwhile, while all that is
    // missing is others' or too far ahead. Nothing: the file is complete. Throws Interrupted, Error{storage}.
    std::optional<Ledger::Stretch> take(const Stop&);
    void give_back(const Ledger::Stretch&);

    std::string buffer();                               // empty, with room for a block
    void write(std::uint64_t offset, std::string_view); // into the file. Throws Error{storage}
    // That block has been written, and this is its content. Throws Error{storage}.
    void put(std::uint64_t block, std::string content);

    void tell_again(); // the progress as it is: something comes, and no block is whole yet

    Digest
    digest(const Stop&); // of the whole, when it is complete. Error{damaged} where the file's length is another one
    void finish();       // to the disk, and to its own name

private:
    void open_journal(const Target&, store::Disk&);
    void append(const std::string& lines);
    enum class Turn { awaited, left_to_another };
    void write_journal(Turn);
    void changed();
    void tell(ByteCount there);
    void hash_some(std::unique_lock<std::mutex>&, std::uint64_t blocks);
    void hash_next(std::unique_lock<std::mutex>&);
    std::string read_back(std::uint64_t block);
    void begin_sync(std::uint64_t end);

    const Wanted& wanted_;
    const Target& target_;
    store::Disk& disk_;
    const std::string boot_;
    const std::uint64_t block_size_;
    const std::function<void(ByteCount)> progress_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t changes_ = 0; // counted, so that none is missed
    Ledger ledger_;
    std::map<std::uint64_t, std::string> in_memory_; // blocks that wait for the hash
    std::vector<std::string> idle_;                  // buffers
    bool hashing_ = false;                           // a thread is at it
    std::unique_ptr<store::Draft> file_, journal_;
    std::mutex journal_mutex_;
    std::uint64_t journal_end_ = 0;
    std::string to_tell_, hash_to_tell_; // to the journal; of the hash the last line says all
    std::size_t untold_ = 0;             // blocks in it
    ResumableSha256 hash_;
    std::unique_ptr<store::File> earlier_; // to read what an earlier run wrote
    std::uint64_t sync_begun_ = 0;
    ByteCount resumed_;
    std::mutex telling_;
    ByteCount told_;
};

} // namespace codemate::download
