#include "support/memory_disk.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <cstring>

namespace codemate::test {
namespace {

using store::Type;

std::string parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
}

void check_path(std::string_view path) {
    if (path.empty()) return;
    for (const std::string_view part : split(path, '/')) {
        if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos)
            throw Error(Kind::defect, quoted(path) + " is no path inside a models directory");
    }
}

[[noreturn]] void fail_with(std::string_view doing, std::string_view path, std::string_view why) {
    const bool missing = doing == "read" && why == "No such file or directory";
    throw Error(missing ? Kind::not_found : Kind::storage,
                "cannot " + std::string(doing) + " " + quoted(path) + ": " + std::string(why));
}

ByteCount in_blocks(std::size_t size) {
    return ByteCount((size + 4095) / 4096 * 4096);
}

} // namespace

class MemoryDisk::OpenFile final : public store::File {
public:
    OpenFile(MemoryDisk& disk, std::string path, std::shared_ptr<Node> node)
        : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}
    ~OpenFile() override {
        const std::lock_guard lock(disk_.mutex_);
        --disk_.open_;
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    store::Stat stat() override {
        const std::lock_guard lock(disk_.mutex_);
        return disk_.stat_of(*node_, path_);
    }

    std::size_t read(std::uint64_t offset, std::span<char> into) override {
        if (disk_.before_read_) disk_.before_read_(path_, offset);
        const std::lock_guard lock(disk_.mutex_);
        disk_.called(Call::read, path_);
        const std::string& content = node_->content;
        if (offset >= content.size()) return 0;
        const std::size_t size = std::min<std::size_t>(into.size(), content.size() - offset);
        std::memcpy(into.data(), content.data() + offset, size);
        return size;
    }

private:
    MemoryDisk& disk_;
    std::string path_;
    std::shared_ptr<Node> node_;
};

class MemoryDisk::Making final : public store::NewFile {
public:
    Making(MemoryDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
    ~Making() override {
        if (!finished_) disk_.remove(path_);
    }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;

    void write(std::string_view bytes) override {
        {
            const std::lock_guard lock(disk_.mutex_);
            disk_.called(Call::write, path_);
            disk_.check_room(bytes.size(), path_);
        }
        disk_.change(path_, [&](std::string& content) { content += bytes; });
    }
    void finish() override { finished_ = true; }

private:
    MemoryDisk& disk_;
    std::string path_;
    bool finished_ = false;
};

class MemoryDisk::Drafting final : public store::Draft {
public:
    Drafting(MemoryDisk& disk, std::string path, std::shared_ptr<Node> node)
        : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}

    store::Stat stat() override {
        const std::lock_guard lock(disk_.mutex_);
        return disk_.stat_of(*node_, path_);
    }
    void write(std::uint64_t offset, std::string_view bytes) override {
        if (disk_.before_write_) disk_.before_write_(path_, offset);
        const std::lock_guard lock(disk_.mutex_);
        disk_.called(Call::write, path_);
        std::string& content = node_->content;
        const std::size_t end = offset + bytes.size();
        if (end > content.size()) {
            disk_.check_room(end - content.size(), path_);
            content.resize(end);
        }
        std::memcpy(content.data() + offset, bytes.data(), bytes.size());
        node_->stat.identity.modified = node_->stat.identity.changed = disk_.tick();
    }
    void sync() override {
        const std::lock_guard lock(disk_.mutex_);
        disk_.called(Call::sync, path_);
    }

private:
    MemoryDisk& disk_;
    std::string path_;
    std::shared_ptr<Node> node_;
};

void MemoryDisk::check_room(std::size_t more, std::string_view path) const {
    if (!room_) return;
    ByteCount taken(more);
    for (const auto& [name, node] : nodes_)
        taken += ByteCount(node->content.size());
    if (taken > *room_) fail_with("write", path, "No space left on device");
}

MemoryDisk::MemoryDisk() : now_(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12)) {
    const auto root = std::make_shared<Node>();
    root->stat.type = Type::directory;
    root->stat.identity.inode = next_inode_++;
    nodes_.emplace("", root);
}

void MemoryDisk::called(Call call, std::string_view path) {
    ++calls_[call];
    const auto fault = faults_.find({call, std::string(path)});
    if (fault != faults_.end()) throw fault->second;
}

Time MemoryDisk::tick() {
    now_ += Duration(1);
    return Time(now_.time_since_epoch() / granularity_ * granularity_);
}

std::shared_ptr<MemoryDisk::Node> MemoryDisk::make(std::string_view path, Type type, std::string content) {
    check_path(path);
    if (const std::string parent = parent_of(path); !nodes_.contains(parent)) make(parent, Type::directory, {});
    const auto node = std::make_shared<Node>();
    node->stat.type = type;
    node->stat.mode = type == Type::directory ? 0755 : 0644;
    node->stat.identity.modified = node->stat.identity.changed = tick();
    node->stat.identity.inode = next_inode_++;
    node->content = std::move(content);
    if (const auto old = find(path)) --old->stat.links;
    nodes_.insert_or_assign(std::string(path), node);
    return node;
}

std::shared_ptr<MemoryDisk::Node> MemoryDisk::find(std::string_view path) const {
    const auto found = nodes_.find(path);
    return found == nodes_.end() ? nullptr : found->second;
}

std::shared_ptr<MemoryDisk::Node> MemoryDisk::existing(std::string_view path, std::string_view doing) const {
    check_path(path);
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        const auto on_the_way = find(path.substr(0, slash));
        if (!on_the_way) fail_with(doing, path, "No such file or directory");
        if (on_the_way->stat.type != Type::directory)
            fail_with(doing, path, "it is " + std::string(to_string(on_the_way->stat.type)));
    }
    const auto node = find(path);
    if (!node) fail_with(doing, path, "No such file or directory");
    return node;
}

store::Stat MemoryDisk::stat_of(const Node& node, std::string_view path) const {
    store::Stat stat = node.stat;
    stat.identity.size = ByteCount(node.content.size());
    stat.on_disk = node.on_disk.value_or(in_blocks(node.content.size()));
    if (stat.type == Type::link) {
        const std::string parent = parent_of(path);
        const std::string target = parent.empty() ? node.content : parent + '/' + node.content;
        if (!nodes_.contains(target)) stat.type = Type::dangling_link;
    }
    return stat;
}

void MemoryDisk::put(std::string_view path, std::string content) {
    const std::lock_guard lock(mutex_);
    make(path, Type::file, std::move(content));
}
void MemoryDisk::make_directory(std::string_view path) {
    const std::lock_guard lock(mutex_);
    make(path, Type::directory, {});
}
void MemoryDisk::put_link(std::string_view path, std::string target) {
    const std::lock_guard lock(mutex_);
    make(path, Type::link, std::move(target));
}
void MemoryDisk::put_special(std::string_view path, Type type) {
    const std::lock_guard lock(mutex_);
    make(path, type, {});
}

void MemoryDisk::change(std::string_view path, const std::function<void(std::string&)>& act) {
    const std::lock_guard lock(mutex_);
    const auto node = existing(path, "write");
    act(node->content);
    node->stat.identity.modified = node->stat.identity.changed = tick();
}

bool MemoryDisk::touch(std::string_view path) {
    const auto stat = this->stat(path);
    if (!stat) return false;
    if (stat->type != Type::file) throw Error(Kind::storage, "cannot write " + quoted(path));
    change(path, [](std::string&) {});
    return true;
}

void MemoryDisk::on_disk(std::string_view path, ByteCount size) {
    const std::lock_guard lock(mutex_);
    existing(path, "write")->on_disk = size;
}

void MemoryDisk::own(std::string_view path, store::Ownership ownership) {
    const std::lock_guard lock(mutex_);
    store::Stat& stat = existing(path, "write")->stat;
    stat.mode = ownership.mode;
    stat.owner = ownership.owner.value_or(stat.owner);
    stat.group = ownership.group.value_or(stat.group);
    stat.identity.changed = tick();
}

void MemoryDisk::set_time(std::string_view path, Time modified) {
    const std::lock_guard lock(mutex_);
    store::Identity& identity = existing(path, "write")->stat.identity;
    identity.modified = modified;
    identity.changed = tick();
}

void MemoryDisk::read_at(std::string_view path, Time time) {
    const std::lock_guard lock(mutex_);
    existing(path, "read")->stat.read = time;
}

std::string MemoryDisk::content(std::string_view path) const {
    const std::lock_guard lock(mutex_);
    return existing(path, "read")->content;
}
bool MemoryDisk::has(std::string_view path) const {
    const std::lock_guard lock(mutex_);
    return find(path) != nullptr;
}
Time MemoryDisk::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}
void MemoryDisk::advance(Duration span) {
    const std::lock_guard lock(mutex_);
    now_ += span;
}
void MemoryDisk::granularity(Duration granularity) {
    const std::lock_guard lock(mutex_);
    granularity_ = granularity;
}
void MemoryDisk::fail(Call call, std::string_view path, Error error) {
    const std::lock_guard lock(mutex_);
    faults_.insert_or_assign({call, std::string(path)}, std::move(error));
}
void MemoryDisk::before_each_read(std::function<void(std::string_view, std::uint64_t)> act) {
    before_read_ = std::move(act);
}
std::size_t MemoryDisk::count(Call call) const {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(call);
    return found == calls_.end() ? 0 : found->second;
}
std::size_t MemoryDisk::most_open_at_once() const {
    const std::lock_guard lock(mutex_);
    return most_open_;
}

store::Listing MemoryDisk::list(std::string_view directory, Stop stop) {
    throw_if_stopped(stop);
    const std::lock_guard lock(mutex_);
    called(Call::list, directory);
    const auto node = existing(directory, "read");
    if (node->stat.type != Type::directory)
        fail_with("list", directory, "it is " + std::string(to_string(node->stat.type)));
    store::Listing listing;
    const std::string prefix = directory.empty() ? std::string() : std::string(directory) + '/';
    for (auto at = nodes_.lower_bound(prefix); at != nodes_.end() && at->first.starts_with(prefix); ++at) {
        const auto& [path, entry] = *at;
        const std::string name = path.substr(prefix.size());
        if (name.empty() || name.find('/') != std::string::npos) continue;
        const store::Stat stat = stat_of(*entry, path);
        const bool link = entry->stat.type == Type::link;
        listing.entries.push_back({name, stat, link ? entry->content : std::string()});
    }
    return listing; // the order of the paths is that of the names: all begin alike
}

std::optional<store::Stat> MemoryDisk::stat(std::string_view path) {
    const std::lock_guard lock(mutex_);
    called(Call::stat, path);
    try {
        return stat_of(*existing(path, "read"), path);
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return std::nullopt;
        throw;
    }
}

std::unique_ptr<store::File> MemoryDisk::open(std::string_view path) {
    const std::lock_guard lock(mutex_);
    called(Call::open, path);
    auto node = existing(path, "read");
    if (const Type type = stat_of(*node, path).type; type != Type::file)
        fail_with("read", path, "it is " + std::string(to_string(type)));
    most_open_ = std::max(most_open_, ++open_);
    return std::make_unique<OpenFile>(*this, std::string(path), std::move(node));
}

std::unique_ptr<store::NewFile> MemoryDisk::write(std::string_view path, const store::Ownership& ownership) {
    {
        const std::lock_guard lock(mutex_);
        called(Call::write, path);
        check_path(path);
        if (find(path)) fail_with("write", path, "File exists");
        existing(parent_of(path), "write");
        make(path, Type::file, {});
    }
    own(path, ownership);
    return std::make_unique<Making>(*this, std::string(path));
}

std::unique_ptr<store::Draft> MemoryDisk::draft(std::string_view path, const store::Ownership& ownership) {
    std::unique_lock lock(mutex_);
    called(Call::draft, path);
    check_path(path);
    existing(parent_of(path), "write");
    auto node = find(path);
    if (!node) {
        node = make(path, Type::file, {});
        lock.unlock();
        own(path, ownership);
    } else if (node->stat.type != Type::file) {
        fail_with("write", path, "it is " + std::string(to_string(stat_of(*node, path).type)));
    }
    return std::make_unique<Drafting>(*this, std::string(path), std::move(node));
}

bool MemoryDisk::make_directory(std::string_view path, const store::Ownership& ownership) {
    {
        const std::lock_guard lock(mutex_);
        called(Call::make_directory, path);
        check_path(path);
        existing(parent_of(path), "write");
        if (const auto there = find(path)) {
            if (there->stat.type == Type::directory) return false;
            fail_with("write", path, "it is " + std::string(to_string(stat_of(*there, path).type)));
        }
        make(path, Type::directory, {});
    }
    own(path, ownership);
    return true;
}

void MemoryDisk::move(std::string_view from, std::string_view to) {
    const std::lock_guard lock(mutex_);
    called(Call::move, from);
    const auto node = existing(from, "move");
    existing(parent_of(to), "write");
    check_path(to);
    if (const auto old = find(to)) --old->stat.links;
    nodes_.erase(nodes_.find(from));
    nodes_.insert_or_assign(std::string(to), node);
    node->stat.identity.changed = tick();
}

bool MemoryDisk::remove(std::string_view path) {
    std::unique_lock lock(mutex_);
    called(Call::remove, path);
    check_path(path);
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return false;
    if (std::ranges::any_of(nodes_,
                            [&](const auto& each) { return !each.first.empty() && parent_of(each.first) == path; }))
        fail_with("remove", path, "Directory not empty");
    --found->second->stat.links;
    found->second->stat.identity.changed = tick();
    nodes_.erase(found);
    lock.unlock();
    if (after_removal_) after_removal_(path);
    return true;
}

} // namespace codemate::test
