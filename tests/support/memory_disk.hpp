#pragma once

#include "codemate/store/disk.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::test {

// A models directory in memory, with a clock of its own that every change and nothing else moves on, and faults. Kept
// honest by the suite that runs on it and on a real directory (tests/unit/store/disk_test.cpp). May be called from
// several threads.
class MemoryDisk final : public store::Disk {
public:
    MemoryDisk();

    // What others do to the directory. Missing directories are made. A file that stands there is another one
    // afterwards.
    void put(std::string_view path, std::string content);
    void make_directory(std::string_view path);
    void put_link(std::string_view path, std::string target); // dangling where no such path is in here
    void put_special(std::string_view path, store::Type);
    void change(std::string_view path, const std::function<void(std::string& content)>&); // the same file
    void on_disk(std::string_view path, ByteCount); // else: its length in blocks of 4096
    void own(std::string_view path, store::Ownership);
    void set_time(std::string_view path, Time modified);
    void read_at(std::string_view path, Time); // by somebody else
    std::string content(std::string_view path) const;
    bool has(std::string_view path) const;

    Time now() const;
    void advance(Duration);
    // How fine the times of files are; 1 ns from the start. With a coarser one changes may leave times as they were.
    void granularity(Duration);

    enum class Call { list, stat, open, read, write, move, remove, draft, sync, make_directory };
    void fail(Call, std::string_view path, Error);           // each such call from now on
    void room(std::optional<ByteCount> all) { room_ = all; } // what all contents may take; a write beyond it fails
    // Before each write into a draft, without a lock: may throw.
    void before_each_write(std::function<void(std::string_view path, std::uint64_t offset)> act) {
        before_write_ = std::move(act);
    }
    // Before each read of a file's content, without a lock.
    void before_each_read(std::function<void(std::string_view path, std::uint64_t offset)>);
    // After each removal, without a lock.
    void after_each_removal(std::function<void(std::string_view path)> act) { after_removal_ = std::move(act); }
    std::size_t count(Call) const;
    std::size_t most_open_at_once() const;

    store::Listing list(std::string_view directory, Stop) override;
    std::optional<store::Stat> stat(std::string_view path) override;
    std::unique_ptr<store::File> open(std::string_view path) override;
    std::unique_ptr<store::NewFile> write(std::string_view path, const store::Ownership&) override;
    std::unique_ptr<store::Draft> draft(std::string_view path, const store::Ownership&) override;
    bool make_directory(std::string_view path, const store::Ownership&) override;
    bool touch(std::string_view path) override;
    void move(std::string_view from, std::string_view to) override;
    bool remove(std::string_view path) override;

private:
    struct Node {
        store::Stat stat;
        std::string content; // of a link: its target
        std::optional<ByteCount> on_disk;
    };
    class OpenFile;
    class Making;
    class Drafting;
    using Nodes = std::map<std::string, std::shared_ptr<Node>, std::less<>>;

    void called(Call, std::string_view path);
    void check_room(std::size_t more, std::string_view path) const;
    Time tick();
    std::shared_ptr<Node> make(std::string_view path, store::Type, std::string content);
    std::shared_ptr<Node> find(std::string_view path) const; // of the path's parts before the last one: directories
    std::shared_ptr<Node> existing(std::string_view path, std::string_view doing) const;
    store::Stat stat_of(const Node&, std::string_view path) const;

    mutable std::mutex mutex_;
    Nodes nodes_; // by path; "" is the directory itself
    Time now_;
    std::function<void(std::string_view)> after_removal_;
    Duration granularity_{1};
    std::uint64_t next_inode_ = 1;
    std::map<std::pair<Call, std::string>, Error> faults_;
    std::map<Call, std::size_t> calls_;
    std::function<void(std::string_view, std::uint64_t)> before_read_, before_write_;
    std::optional<ByteCount> room_;
    std::size_t open_ = 0, most_open_ = 0;
};

} // namespace codemate::test
