#include "download/assembly.hpp"

#include "download/earlier.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <utility>

namespace codemate::download {
namespace {

constexpr std::uint64_t sync_step = std::uint64_t{8} << 20;
// A thread hashes so many blocks at a time, then looks after its connection again.
constexpr std::uint64_t blocks_a_turn = 4;
// Blocks that may be in the file and not yet in the journal; a kill loses them.
constexpr std::size_t most_untold = 4;

} // namespace

Assembly::Assembly(const Wanted& wanted, const Target& target, store::Disk& disk, const Options& options,
                   std::function<void(ByteCount)> progress)
    : wanted_(wanted), target_(target), disk_(disk), boot_(options.boot), block_size_(options.block),
      progress_(std::move(progress)), ledger_({wanted.size.count(), options.part, options.block, options.window}),
      file_(disk.draft(target.partial, target.ownership)) {
    open_journal(target, disk);
    resumed_ = ledger_.bytes();
    told_ = resumed_;
    if (progress_) progress_(resumed_);
}

void Assembly::open_journal(const Target& target, store::Disk& disk) {
    auto identity = file_->stat().identity;
    if (identity.size > wanted_.size) { // no write of ours makes it as long
        file_.reset();
        discard(target, disk);
        file_ = disk.draft(target.partial, target.ownership);
        identity = file_->stat().identity;
    }
    const JournalHead head{wanted_.digest, wanted_.size.count(), block_size_, identity.inode, boot_};
    std::optional<Journal> earlier = earlier_journal(wanted_, identity, target, disk, boot_);
    if (earlier && earlier->head.block != block_size_) earlier.reset();
    if (!earlier) disk.remove(journal_of(target.partial));
    journal_ = disk.draft(journal_of(target.partial), {0600, target.ownership.owner, target.ownership.group});
    journal_end_ = journal_->stat().identity.size.count();
    // A line that a kill has cut must not spoil the next one.
    append((journal_end_ > 0 ? "\n" : "") +
           (earlier && earlier->head.boot == boot_ && !boot_.empty() ? "" : head_line(head)));
    if (!earlier) return;
    for (std::uint64_t block = 0; block < earlier->there.size(); ++block)
        if (earlier->there[block]) ledger_.add(block);
    hash_ = ResumableSha256(earlier->hashed);
    ledger_.hashed(earlier->hashed.length / block_size_);
    sync_begun_ = earlier->hashed.length;
}

void Assembly::append(const std::string& lines) {
    if (lines.empty()) return;
    journal_->write(journal_end_, lines);
    journal_end_ += lines.size();
}

ByteCount Assembly::there() const {
    const std::lock_guard lock(mutex_);
    return ledger_.bytes();
}

bool Assembly::complete() const {
    const std::lock_guard lock(mutex_);
    return ledger_.complete();
}

bool Assembly::has(std::uint64_t block) const {
    const std::lock_guard lock(mutex_);
    return ledger_.has(block);
}

std::size_t Assembly::parts_missing() const {
    const std::lock_guard lock(mutex_);
    return ledger_.parts_missing();
}

std::optional<Ledger::Stretch> Assembly::take(const Stop& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
        throw_if_stopped(stop);
        if (ledger_.complete()) return std::nullopt;
        if (auto stretch = ledger_.take()) return stretch;
        if (!hashing_ && ledger_.next_is_there()) {
            hash_some(lock, blocks_a_turn);
            continue;
        }
        changed_.wait(lock, stop, [this, seen = changes_] { return changes_ != seen; });
    }
}

void Assembly::give_back(const Ledger::Stretch& stretch) {
    const std::lock_guard lock(mutex_);
    ledger_.give_back(stretch);
    changed();
}

void Assembly::changed() {
    ++changes_;
    changed_.notify_all();
}

std::string Assembly::buffer() {
    const std::lock_guard lock(mutex_);
    std::string buffer;
    if (!idle_.empty()) {
        buffer = std::move(idle_.back());
        idle_.pop_back();
    }
    buffer.clear();
    buffer.reserve(std::min<std::uint64_t>(block_size_, wanted_.size.count()));
    return buffer;
}

void Assembly::write(std::uint64_t offset, std::string_view bytes) {
    file_->write(offset, bytes);
}

void Assembly::put(std::uint64_t block, std::string content) {
    std::unique_lock lock(mutex_);
    to_tell_ += block_line(block);
    const bool must_tell = ++untold_ > most_untold;
    ledger_.add(block);
    if (block >= ledger_.hashed())
        in_memory_.insert_or_assign(block, std::move(content));
    else
        idle_.push_back(std::move(content));
    changed();
    // Who brings what the hash waits for goes on with that, and leaves the hash to one who is ahead.
    const bool is_awaited = block == ledger_.hashed() && in_memory_.size() > 1;
    if (!hashing_ && !is_awaited) hash_some(lock, blocks_a_turn);
    const ByteCount there = ledger_.bytes();
    lock.unlock();
    write_journal(must_tell ? Turn::awaited : Turn::left_to_another);
    tell(there);
}

// Not under the lock that everybody needs: a write may wait for the disk. What comes meanwhile goes along with it, but
// not for ever.
void Assembly::write_journal(Turn turn) {
    std::unique_lock writing(journal_mutex_, std::defer_lock);
    if (turn == Turn::awaited)
        writing.lock();
    else if (!writing.try_lock())
        return;
    for (;;) {
        std::string lines;
        {
            const std::lock_guard lock(mutex_);
            lines = std::exchange(to_tell_, {}) + std::exchange(hash_to_tell_, {});
            untold_ = 0;
        }
        if (lines.empty()) return;
        append(lines);
    }
}

void Assembly::tell_again() {
    const std::lock_guard lock(telling_);
    if (progress_) progress_(told_);
}

void Assembly::tell(ByteCount there) {
    const std::lock_guard lock(telling_);
    if (!progress_ || there <= told_) return; // another thread was faster
    told_ = there;
    progress_(there);
}

void Assembly::hash_some(std::unique_lock<std::mutex>& lock, std::uint64_t blocks) {
    struct AtIt {
        bool& taken;
        explicit AtIt(bool& flag) : taken(flag) { taken = true; }
        ~AtIt() { taken = false; }
        AtIt(const AtIt&) = delete;
        AtIt& operator=(const AtIt&) = delete;
    };
    const AtIt at_it(hashing_);
    while (blocks-- > 0 && ledger_.next_is_there())
        hash_next(lock);
}

// The lock is open while it hashes; `hashing_` keeps others away from the hash meanwhile.
void Assembly::hash_next(std::unique_lock<std::mutex>& lock) {
    const std::uint64_t block = ledger_.hashed();
    auto kept = in_memory_.extract(block);
    lock.unlock();
    std::string content;
    try {
        content = kept ? std::move(kept.mapped()) : read_back(block);
        hash_.update(content);
        begin_sync(hash_.length());
    } catch (...) {
        lock.lock();
        throw;
    }
    lock.lock();
    ledger_.hashed(block + 1);
    idle_.push_back(std::move(content));
    if (hash_.length() % block_size_ == 0) hash_to_tell_ = hash_line(hash_.midstate());
    changed();
}

std::string Assembly::read_back(std::uint64_t block) {
    if (!earlier_) earlier_ = disk_.open(target_.partial);
    const registry::ByteRange range = ledger_.range_of(block);
    std::string content(range.count, '\0');
    if (earlier_->read(range.first, content) == range.count) return content;
    throw Error(Kind::damaged, quoted(target_.partial) + " was cut while it was being downloaded");
}

void Assembly::begin_sync(std::uint64_t end) {
    if (end - sync_begun_ < sync_step) return;
    file_->begin_sync(sync_begun_, ByteCount(end - sync_begun_));
    sync_begun_ = end;
}

Digest Assembly::digest(const Stop& stop) {
    std::unique_lock lock(mutex_);
    while (ledger_.next_is_there()) {
        throw_if_stopped(stop);
        hash_some(lock, blocks_a_turn);
    }
    if (file_->stat().identity.size != wanted_.size)
        throw Error(Kind::damaged, quoted(target_.partial) + " was changed while it was being downloaded");
    return hash_.finish();
}

void Assembly::finish() {
    file_->sync();
    file_.reset();
    earlier_.reset();
    disk_.move(target_.partial, target_.whole);
    journal_.reset();
    disk_.remove(journal_of(target_.partial));
}

} // namespace codemate::download
