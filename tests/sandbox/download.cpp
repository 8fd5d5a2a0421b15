#include "sandbox/download.hpp"

#include "sandbox/go_json.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace codemate::sandbox {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

std::uint64_t part_size(std::uint64_t total) {
    return std::clamp<std::uint64_t>(total / 16, 100'000'000, 1'000'000'000);
}

namespace {

struct Part {
    std::uint64_t number = 0, offset = 0, size = 0, completed = 0; // completed: as recorded
};

void write_record(const fs::path& blob, const Part& part) {
    auto value = json::Value::object();
    value.set("N", part.number);
    value.set("Offset", part.offset);
    value.set("Size", part.size);
    value.set("Completed", part.completed);
    const fs::path path = blob.string() + "-partial-" + std::to_string(part.number);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << json::to_line(value) << '\n';
    if (!file.flush()) throw_store_error(errno, "write", path);
}

// Throws PullFailure with the decoder's text: an empty record blocks its blob for good.
Part read_record(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    try {
        const auto value = go::decode(text);
        const auto number = [&](std::string_view key) {
            const auto* found = value.find(key);
            return found == nullptr ? 0 : found->unsigned_integer().value_or(0);
        };
        return {number("N"), number("Offset"), number("Size"), number("Completed")};
    } catch (const go::JsonError& error) {
        throw PullFailure{error.text};
    }
}

std::vector<fs::path> record_files(const fs::path& blob) {
    std::vector<fs::path> found;
    const std::string start = blob.filename().string() + "-partial-";
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(blob.parent_path(), ignored))
        if (entry.path().filename().string().starts_with(start)) found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

// The data file: sparse, of full length from the start.
class PartialFile {
public:
    PartialFile(const fs::path& path, std::uint64_t size)
        : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
        if (fd_ < 0) throw_store_error(errno, "open", path);
        if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) throw_store_error(errno, "truncate", path);
    }
    ~PartialFile() { ::close(fd_); }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    void write(std::string_view bytes, std::uint64_t offset) const {
        while (!bytes.empty()) {
            const auto count = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw_store_error(errno, "write", path_);
            bytes.remove_prefix(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }

private:
    fs::path path_;
    int fd_;
};

// Lets so many bytes pass in a second, over all parts of a blob.
class Throttle {
public:
    // How long to wait before these bytes count.
    std::chrono::nanoseconds delay(std::uint64_t bytes, std::uint64_t rate) {
        const std::lock_guard lock(mutex_);
        const auto now = Steady::now();
        next_ = std::max(next_, now) + std::chrono::nanoseconds(static_cast<std::int64_t>(
                                           static_cast<double>(bytes) * 1e9 / static_cast<double>(rate)));
        return next_ - now;
    }

private:
    std::mutex mutex_;
    Steady::time_point next_;
};

} // namespace

class Download {
public:
    Download(fs::path path, BlobWish wish, Waits waits)
        : path_(std::move(path)), wish_(std::move(wish)), waits_(waits) {}

    // `ending` is called before anybody hears of the end: whoever asks next starts anew.
    void run(const std::function<void()>& ending) {
        std::optional<std::string> failure;
        try {
            prepare();
            transfer();
        } catch (const PullFailure& error) {
            failure = error.text;
        } catch (const StoreError& error) {
            failure = error.text;
        } catch (const PullCanceled&) {
            failure = "context canceled";
        }
        ending();
        const std::lock_guard lock(mutex_);
        failure_ = failure;
        done_ = true;
        changed_.notify_all();
    }
    void acquire() { ++waiting_; }
    void release() {
        if (--waiting_ == 0) stop_.request_stop();
    }
    void stop() { stop_.request_stop(); }
    bool done() const {
        const std::lock_guard lock(mutex_);
        return done_;
    }
    void wait(const std::function<bool(BlobProgress)>& tell, const std::function<bool()>& gone) {
        auto tick = Steady::now() + waits_.event;
        while (true) {
            {
                std::unique_lock lock(mutex_);
                if (changed_.wait_until(lock, tick, [this] { return done_; })) {
                    if (failure_) throw PullFailure{*failure_};
                    return;
                }
            }
            tick += waits_.event;
            if (gone()) throw PullCanceled();
            if (!silent_ && !tell({total_, completed_})) throw PullCanceled();
        }
    }

private:
    void prepare();
    void transfer();
    void fetch_part(const PartialFile&, const std::string& address, Part&);
    void attempt(const PartialFile&, const std::string& address, Part&);
    void take(const PartialFile&, std::string bytes, std::uint64_t offset);
    void suffer();
    void obey_rate(std::uint64_t bytes);

    fs::path path_;
    BlobWish wish_;
    Waits waits_;
    std::stop_source stop_;
    std::atomic<int> waiting_ = 0;
    std::atomic<std::uint64_t> total_ = 0, completed_ = 0;
    std::atomic<bool> silent_ = false, spoilt_ = false;
    std::deque<Part> parts_;
    Throttle throttle_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::optional<std::string> failure_;
};

void Download::prepare() {
    for (const auto& file : record_files(path_)) {
        parts_.push_back(read_record(file));
        total_ += parts_.back().size;
        completed_ += parts_.back().completed;
    }
    if (!parts_.empty()) return;
    total_ = wish_.source->blob_size(wish_.name, wish_.digest, stop_.get_token());
    const auto size = part_size(total_);
    for (std::uint64_t offset = 0; offset < total_; offset += size) {
        parts_.push_back({parts_.size(), offset, std::min(size, total_ - offset), 0});
        write_record(path_, parts_.back());
    }
}

void Download::transfer() {
    const fs::path partial = path_.string() + "-partial";
    {
        const PartialFile file(partial, total_);
        const auto address = wish_.source->locate(wish_.name, wish_.digest, stop_.get_token());
        std::atomic<std::size_t> next = 0;
        std::mutex failed;
        std::exception_ptr failure;
        const auto work = [&] {
            for (std::size_t part = next++; part < parts_.size(); part = next++) {
                try {
                    fetch_part(file, address, parts_[part]);
                } catch (...) {
                    const std::lock_guard lock(failed);
                    if (!failure) failure = std::current_exception();
                    stop_.request_stop(); // the other parts
                    return;
                }
            }
        };
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < std::min<std::size_t>(parts_.size(), 16); ++i)
            others.emplace_back(work);
        work();
        others.clear();
        if (failure) std::rethrow_exception(failure);
    }
    for (const auto& part : parts_)
        fs::remove(partial.string() + "-" + std::to_string(part.number));
    std::error_code error;
    fs::rename(partial, path_, error);
    if (error) throw_store_error(error.value(), "rename", partial);
}

void Download::fetch_part(const PartialFile& file, const std::string& address, Part& part) {
    auto pause = waits_.retry;
    std::string cause;
    for (int tries = 0; tries < 6;) {
        if (part.completed == part.size) return;
        try {
            return attempt(file, address, part);
        } catch (const PullFailure& failure) {
            cause = failure.text;
            if (cause == "stalled") continue; // without counting
            if (cause.ends_with("no space left on device")) throw;
        }
        ++tries;
        wait_for(pause, stop_.get_token());
        pause *= 2;
    }
    throw PullFailure{"max retries exceeded: " + cause};
}

void Download::attempt(const PartialFile& file, const std::string& address, Part& part) {
    std::uint64_t got = 0;
    const auto keep = [&] {
        part.completed += got;
        write_record(path_, part);
    };
    try {
        wish_.source->read(
            address, part.offset + part.completed, part.size - part.completed,
            [&](std::string_view bytes) {
                // In small steps, so that what is counted is smooth also at a low rate.
                constexpr std::size_t step = 16384;
                for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
                    const std::string piece(bytes.substr(0, step));
                    take(file, piece, part.offset + part.completed + got);
                    got += piece.size();
                    completed_ += piece.size();
                }
                return true;
            },
            stop_.get_token());
        keep();
    } catch (const PullCanceled&) {
        keep();
        throw;
    } catch (const PullFailure& failure) {
        if (failure.text == "unexpected EOF" || failure.text == "stalled") {
            keep();
        } else {
            completed_ -= got;
        }
        throw;
    } catch (const StoreError& error) {
        completed_ -= got;
        throw PullFailure{error.text};
    }
}

void Download::take(const PartialFile& file, std::string bytes, std::uint64_t offset) {
    suffer();
    obey_rate(bytes.size());
    if (wish_.first && wish_.faults->on("digest-mismatch") && !spoilt_.exchange(true))
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
    file.write(bytes, offset);
    if (stop_.stop_requested()) throw PullCanceled();
}

// What has been switched on for half-fetched blobs.
void Download::suffer() {
    if (!wish_.first || completed_ * 2 < total_) return;
    if (wish_.faults->on("no-space"))
        throw PullFailure{"write " + path_.string() + "-partial: no space left on device"};
    while (true) {
        silent_ = wish_.faults->on("silent-stall");
        if (!silent_ && !wish_.faults->on("stall")) return;
        wait_for(std::chrono::milliseconds(20), stop_.get_token());
    }
}

void Download::obey_rate(std::uint64_t bytes) {
    const auto slow = wish_.faults->now("slow");
    if (!slow) return;
    const auto delay = throttle_.delay(bytes, parse_rate(slow->value));
    wait_for(std::chrono::duration_cast<std::chrono::milliseconds>(delay), stop_.get_token());
}

Downloads::~Downloads() {
    stop_all();
    for (auto& each : running_)
        each.thread.join();
}

void Downloads::stop_all() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& each : running_)
        each.download->stop();
}

void Downloads::sweep() {
    std::erase_if(running_, [](Running& each) {
        if (!each.download->done()) return false;
        each.thread.join();
        return true;
    });
}

std::shared_ptr<Download> Downloads::attach(const BlobWish& wish) {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw PullCanceled();
    sweep();
    auto& known = by_digest_[wish.digest];
    if (known) {
        known->acquire();
        return known;
    }
    known = std::make_shared<Download>(store_.blob_path(wish.digest), wish, waits_);
    known->acquire();
    const auto forget = [this, digest = wish.digest] {
        const std::lock_guard inner(mutex_);
        by_digest_.erase(digest);
    };
    running_.push_back({known, std::thread([download = known, forget] { download->run(forget); })});
    return known;
}

void Downloads::fetch(const BlobWish& wish, const std::function<bool(BlobProgress)>& tell,
                      const std::function<bool()>& gone) {
    const auto download = attach(wish);
    struct Release {
        Download& download;
        ~Release() { download.release(); }
    } const release{*download};
    download->wait(tell, gone);
}

} // namespace codemate::sandbox
