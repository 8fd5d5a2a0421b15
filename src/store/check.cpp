#include "codemate/store/check.hpp"

#include "store/check_pool.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace codemate::store {
namespace {

using Verdict = Checked::Verdict;

// What is read at a time for each lane: with that of two other lanes it stays in a core's second-level cache between
// being copied from the page cache and being hashed. 128 KiB and more cost what the lanes gain.
constexpr std::size_t piece = 64 * 1024;
// How much of a blob a core hashes before the shares are dealt again: some milliseconds. Also the step of announcing,
// so that a disk is asked for large ranges although several files are read in turn.
constexpr std::uint64_t slice = 4 << 20;

class Check {
public:
    Check(Disk& disk, std::span<const ToCheck> blobs, const CheckOptions& options, Stop stop)
        : disk_(disk), blobs_(blobs), options_(options), stop_(std::move(stop)), results_(blobs.size()) {}

    std::vector<Checked> run() {
        for (std::size_t i = 0; i < blobs_.size(); ++i)
            results_[i].digest = blobs_[i].digest;
        std::vector<CheckPool::Blob> to_read = look_at_all();
        const std::size_t all = options_.cores != 0 ? options_.cores : std::thread::hardware_concurrency();
        const std::size_t cores = std::min(std::max<std::size_t>(all, 1), to_read.size());
        CheckPool pool(std::move(to_read), cores, stop_);
        for_each_parallel(cores, cores, [&](std::size_t) {
            try {
                work(pool);
            } catch (...) {
                pool.give_up(); // else the others would wait for what is in this one's hand
                throw;
            }
        });
        return std::move(results_);
    }

private:
    // Settles what can be said without reading; the others, the largest first.
    std::vector<CheckPool::Blob> look_at_all() {
        std::vector<CheckPool::Blob> to_read;
        for (std::size_t i = 0; i < blobs_.size() && !stop_.stop_requested(); ++i) {
            try {
                const std::optional<Stat> found = disk_.stat(path_of(blobs_[i].digest));
                if (!found) {
                    settle(i, Verdict::missing);
                } else if (found->type == Type::file && wrong_size(i, *found)) {
                    settle_wrong_size(i, *found);
                } else {
                    to_read.push_back({i, found->identity.size.count()});
                    total_ += found->identity.size;
                }
            } catch (const Error& error) {
                settle(i, Verdict::unreadable, error);
            }
        }
        std::ranges::stable_sort(to_read, std::greater{}, &CheckPool::Blob::size);
        return to_read;
    }

    bool wrong_size(std::size_t index, const Stat& stat) const {
        return blobs_[index].size && *blobs_[index].size != stat.identity.size;
    }

    // --- one core

    void work(CheckPool& pool) {
        std::vector<char> buffer(Sha256Lane::at_once() * piece);
        for (Hand hand = pool.take(); !hand.empty(); hand = pool.take()) {
            for (const auto& stream : hand) {
                if (!stream->file) begin(*stream);
            }
            if (!hash_slices(hand, buffer)) return; // stopped
            for (const auto& stream : hand) {
                if (stream->file && stream->left() == 0) end(*stream);
                tell(*stream);
            }
            std::erase_if(hand, [&](const auto& stream) {
                if (stream->file) return false;
                pool.finished();
                return true;
            });
            pool.put_back(std::move(hand));
        }
    }

    void begin(Stream& stream) {
        try {
            auto file = disk_.open(path(stream));
            stream.before = file->stat();
            if (wrong_size(stream.index, stream.before)) {
                settle_wrong_size(stream.index, stream.before);
            } else {
                stream.file = std::move(file);
            }
        } catch (const Error& error) {
            settle(stream.index, error.kind() == Kind::not_found ? Verdict::missing : Verdict::unreadable, error);
        }
    }

    // A slice of each stream, or less when one is at its end, for then its lane would have nothing to do. False if
    // stopped.
    bool hash_slices(const Hand& hand, std::vector<char>& buffer) {
        for (const auto& stream : hand)
            announce(*stream);
        bool going_on = true;
        for (std::uint64_t passed = 0; passed < slice && going_on; passed += piece) {
            if (stop_.stop_requested()) return false;
            going_on = hash_pieces(hand, buffer);
        }
        for (const auto& stream : hand)
            let_go(*stream);
        return true;
    }

    // The next piece of each stream, hashed side by side. False once one of them is at its end.
    bool hash_pieces(const Hand& hand, std::vector<char>& buffer) {
        std::array<Sha256Lane::Feed, Sha256Lane::most> feeds{};
        std::size_t filled = 0;
        bool going_on = true;
        for (std::size_t i = 0; i < hand.size(); ++i) {
            Stream& stream = *hand[i];
            if (stream.file) {
                const std::span<char> room(buffer.data() + i * piece, std::min<std::uint64_t>(piece, stream.left()));
                if (read(stream, room)) feeds[filled++] = {&stream.lane, {room.data(), room.size()}};
            }
            going_on = going_on && stream.file && stream.left() > 0;
        }
        Sha256Lane::update(std::span(feeds).first(filled));
        return going_on;
    }

    // False if the file ends before its time; then it is closed.
    bool read(Stream& stream, std::span<char> into) {
        try {
            if (stream.file->read(stream.offset, into) == into.size()) {
                stream.offset += into.size();
                return true;
            }
            settle_changed(stream, "cut");
        } catch (const Error& error) {
            settle(stream.index, Verdict::unreadable, error);
        }
        stream.file.reset();
        return false;
    }

    // This slice and the next one, in whole slices. What one reading gets anyway needs no announcement.
    static void announce(Stream& stream) {
        if (!stream.file || stream.before.identity.size.count() <= 4 * piece) return;
        const std::uint64_t until = std::min(stream.offset + slice + 1, stream.before.identity.size.count());
        for (; stream.announced < until; stream.announced += slice)
            stream.file->announce(stream.announced, slice_at(stream, stream.announced));
    }

    static ByteCount slice_at(const Stream& stream, std::uint64_t offset) {
        return ByteCount(std::min(slice, stream.before.identity.size.count() - offset));
    }

    static void let_go(Stream& stream) {
        if (!stream.file) return;
        while (stream.let_go < stream.announced && (stream.let_go + slice <= stream.offset || stream.left() == 0)) {
            stream.file->let_go(stream.let_go, slice_at(stream, stream.let_go));
            stream.let_go += slice;
        }
    }

    // What was hashed counts only if it was one and the same file all the time, and still stands under its name.
    void end(Stream& stream) {
        const Digest found = stream.lane.finish();
        try {
            const Identity after = stream.file->stat().identity;
            const std::optional<Stat> named = disk_.stat(path(stream));
            if (!named) {
                settle_changed(stream, "removed");
            } else if (named->identity.inode != after.inode || named->identity.device != after.device) {
                settle_changed(stream, "replaced");
            } else if (after != stream.before.identity || named->identity != after) {
                settle_changed(stream, "changed");
            } else {
                Checked& result = results_[stream.index];
                result.found = found;
                result.identity = after;
                settle(stream.index, found == result.digest ? Verdict::good : Verdict::wrong_digest);
            }
        } catch (const Error& error) {
            settle(stream.index, Verdict::unreadable, error);
        }
        stream.file.reset();
    }

    // --- results

    std::string path(const Stream& stream) const { return path_of(blobs_[stream.index].digest); }
    std::string path_of(const Digest& digest) const {
        return options_.path != nullptr ? options_.path(digest) : blob_path(digest);
    }

    void settle_changed(const Stream& stream, std::string_view how) {
        settle(stream.index, Verdict::changed,
               Error(Kind::storage,
                     quoted(path(stream)) + " is not checked: it was " + std::string(how) + " while it was being read")
                   .hint("run the command again when nothing writes to the models"));
    }

    void settle_wrong_size(std::size_t index, const Stat& stat) {
        results_[index].identity = stat.identity;
        settle(index, Verdict::wrong_size);
    }

    void settle(std::size_t index, Verdict verdict, std::optional<Error> error = {}) {
        Checked& result = results_[index];
        result.verdict = verdict;
        if (verdict == Verdict::unreadable || verdict == Verdict::changed) result.error = std::move(error);
        if (!options_.checked) return;
        const std::lock_guard lock(callbacks_);
        options_.checked(result);
    }

    // A stream that has ended is all told, also where it was not all read.
    void tell(Stream& stream) {
        const std::uint64_t now = stream.file ? std::min(stream.offset, stream.counted) : stream.counted;
        const ByteCount more(now - std::exchange(stream.told, now));
        const std::lock_guard lock(callbacks_);
        done_ += more;
        if (options_.progress) options_.progress(done_, total_);
    }

    Disk& disk_;
    std::span<const ToCheck> blobs_;
    const CheckOptions& options_;
    Stop stop_;
    std::vector<Checked> results_; // each written by the one core that has its stream
    std::mutex callbacks_;
    ByteCount done_, total_;
};

} // namespace

std::vector<Checked> check_blobs(Disk& disk, std::span<const ToCheck> blobs, const CheckOptions& options, Stop stop) {
    return Check(disk, blobs, options, std::move(stop)).run();
}

} // namespace codemate::store
