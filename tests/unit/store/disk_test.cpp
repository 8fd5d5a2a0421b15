#include "support/catch.hpp"
#include "support/memory_disk.hpp"
#include "support/temp_dir.hpp"

#include "codemate/store/local_disk.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace codemate;
using namespace codemate::store;
namespace fs = std::filesystem;

namespace {

// A directory with blobs/a ("abc"), blobs/link to a, blobs/fifo, blobs/nowhere, and manifests/; of this machine, or the
// double.
struct World {
    virtual ~World() = default;
    virtual Disk& disk() = 0;
    virtual void append(const std::string& path, const std::string& text) = 0;
    virtual void make_old(const std::string& path) = 0; // by an hour
};

struct RealWorld final : World {
    RealWorld() {
        dir.write("blobs/a", "abc");
        fs::create_directories(dir.path() / "manifests");
        fs::create_symlink("a", dir.path() / "blobs/link");
        fs::create_symlink("nothing", dir.path() / "blobs/nowhere");
        REQUIRE(::mkfifo((dir.path() / "blobs/fifo").c_str(), 0600) == 0);
    }
    Disk& disk() override { return *opened; }
    void append(const std::string& path, const std::string& text) override {
        dir.write(path, test::read_text(dir.path() / path) + text);
    }
    void make_old(const std::string& path) override {
        fs::last_write_time(dir.path() / path, fs::last_write_time(dir.path() / path) - std::chrono::hours(1));
    }

    test::TempDir dir;
    std::unique_ptr<Disk> opened = open_disk(dir.path());
};

struct MemoryWorld final : World {
    MemoryWorld() {
        memory.put("blobs/a", "abc");
        memory.make_directory("manifests");
        memory.put_link("blobs/link", "a");
        memory.put_link("blobs/nowhere", "nothing");
        memory.put_special("blobs/fifo", Type::fifo);
    }
    Disk& disk() override { return memory; }
    void append(const std::string& path, const std::string& text) override {
        memory.change(path, [&](std::string& content) { content += text; });
    }
    void make_old(const std::string& path) override {
        memory.set_time(path, memory.stat(path).value().identity.modified - std::chrono::hours(1));
    }

    test::MemoryDisk memory;
};

std::unique_ptr<World> make_world(bool real) {
    if (real) return std::make_unique<RealWorld>();
    return std::make_unique<MemoryWorld>();
}

std::string content_of(Disk& disk, std::string_view path) {
    return read_all(*disk.open(path), ByteCount(1000), path);
}

template<class Act>
Kind kind_of(const Act& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.kind();
    }
    return Kind::failed; // nothing was thrown
}

template<class Act>
std::string said(const Act& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.message() + "; " + error.hint();
    }
    return "nothing was thrown";
}

} // namespace

TEST_CASE("a disk lists what is there, by name, links as links") {
    const auto world = make_world(GENERATE(true, false));
    const Listing listing = world->disk().list("blobs", {});
    REQUIRE(listing.entries.size() == 4);
    CHECK(listing.unseen.empty());
    CHECK(listing.entries[0].name == "a");
    CHECK(listing.entries[0].stat.type == Type::file);
    CHECK(listing.entries[0].stat.identity.size == ByteCount(3));
    CHECK(listing.entries[1].stat.type == Type::fifo);
    CHECK(listing.entries[2].stat.type == Type::link);
    CHECK(listing.entries[2].link == "a");
    CHECK(listing.entries[3].stat.type == Type::dangling_link);
    CHECK(world->disk().list("", {}).entries.size() == 2);
    CHECK(kind_of([&] { world->disk().list("none", {}); }) == Kind::not_found);
    CHECK(kind_of([&] { world->disk().list("blobs/a", {}); }) == Kind::storage);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(world->disk().list("blobs", stop.get_token()), Interrupted);
}

TEST_CASE("a disk reads regular files only") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    CHECK(content_of(disk, "blobs/a") == "abc");
    CHECK(kind_of([&] { read_all(*disk.open("blobs/a"), ByteCount(2), "blobs/a"); }) == Kind::storage);
    CHECK(read_all(*disk.open("blobs/a"), ByteCount(3), "blobs/a") == "abc");
    for (const std::string path : {"blobs/link", "blobs/nowhere", "blobs/fifo", "blobs"})
        CHECK(kind_of([&] { disk.open(path); }) == Kind::storage);
    CHECK(kind_of([&] { disk.open("blobs/none"); }) == Kind::not_found);
    CHECK(kind_of([&] { disk.open("none/a"); }) == Kind::not_found);
    const auto file = disk.open("blobs/a");
    char buffer[2];
    CHECK(file->read(2, buffer) == 1);
    CHECK(file->read(3, buffer) == 0);
    CHECK(file->read(1000, buffer) == 0);
}

TEST_CASE("a disk refuses paths that could lead out") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    for (const std::string path :
         {"..", "../x", "blobs/../a", "/etc/passwd", "blobs//a", "blobs/", "./blobs", "blobs/."}) {
        CHECK(kind_of([&] { disk.open(path); }) == Kind::defect);
        CHECK(kind_of([&] { disk.write(path, {}); }) == Kind::defect);
        CHECK(kind_of([&] { disk.move("blobs/a", path); }) == Kind::defect);
        CHECK(kind_of([&] { disk.remove(path); }) == Kind::defect);
    }
    CHECK(content_of(disk, "blobs/a") == "abc");
}

TEST_CASE("stat is of the name, of a file that is open it is of the file") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    CHECK_FALSE(disk.stat("blobs/none"));
    CHECK_FALSE(disk.stat("none/none"));
    CHECK(disk.stat("blobs/link")->type == Type::link);
    CHECK(disk.stat("blobs/nowhere")->type == Type::dangling_link);
    CHECK(disk.stat("")->type == Type::directory);
    const auto file = disk.open("blobs/a");
    const Stat before = file->stat();
    CHECK(before == *disk.stat("blobs/a"));
    world->append("blobs/a", "d");
    CHECK(file->stat().identity.size == ByteCount(4));
    CHECK(file->stat().identity.inode == before.identity.inode);
    CHECK(file->stat().links == 1);
    CHECK(disk.remove("blobs/a"));
    CHECK(file->stat().links == 0);
    char buffer[10];
    CHECK(file->read(0, buffer) == 4);
}

TEST_CASE("a file is made, finished, moved over another one") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    {
        const auto made = disk.write("blobs/new", {0640, {}, {}});
        made->write("new");
        made->write("er");
        made->finish();
    }
    CHECK(disk.stat("blobs/new")->mode == 0640);
    disk.move("blobs/new", "blobs/a");
    CHECK(content_of(disk, "blobs/a") == "newer");
    CHECK_FALSE(disk.stat("blobs/new"));
    CHECK(kind_of([&] { disk.write("blobs/a", {}); }) == Kind::storage);
    CHECK(kind_of([&] { disk.write("none/a", {}); }) == Kind::storage);
    CHECK(kind_of([&] { disk.move("blobs/none", "blobs/a"); }) == Kind::storage);
    CHECK(content_of(disk, "blobs/a") == "newer");
}

TEST_CASE("a file that was not finished is gone") {
    const auto world = make_world(GENERATE(true, false));
    world->disk().write("blobs/new", {})->write("half");
    CHECK_FALSE(world->disk().stat("blobs/new"));
}

TEST_CASE("a draft is written at its places, and stays") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    disk.draft("blobs/new", {0640, {}, {}})->write(3, "def");
    CHECK(content_of(disk, "blobs/new") == std::string("\0\0\0def", 6));
    CHECK(disk.stat("blobs/new")->mode == 0640);
    {
        const auto again = disk.draft("blobs/new", {0600, {}, {}}); // as it is
        again->write(0, "abc");
        again->begin_sync(0, ByteCount(3));
        again->sync();
        CHECK(again->stat() == *disk.stat("blobs/new"));
        disk.move("blobs/new", "blobs/a");
        again->write(6, "g"); // the same file under its other name
    }
    CHECK(content_of(disk, "blobs/a") == "abcdefg");
    CHECK(disk.stat("blobs/a")->mode == 0640);
    for (const std::string path : {"blobs/link", "blobs/nowhere", "blobs/fifo", "manifests", "none/a", "blobs/a/b"})
        CHECK(kind_of([&] { disk.draft(path, {}); }) == Kind::storage);
    CHECK(kind_of([&] { disk.draft("../a", {}); }) == Kind::defect);
}

TEST_CASE("a draft is no file that has another name") {
    RealWorld world;
    fs::create_hard_link(world.dir / "blobs/a", world.dir / "other");
    CHECK(kind_of([&] { world.disk().draft("blobs/a", {}); }) == Kind::storage);
    CHECK(content_of(world.disk(), "blobs/a") == "abc");
}

TEST_CASE("a directory is made where there is none") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    CHECK(disk.make_directory("manifests/host", {0750, {}, {}}));
    CHECK(disk.stat("manifests/host")->mode == 0750);
    CHECK_FALSE(disk.make_directory("manifests/host", {0700, {}, {}}));
    CHECK(disk.stat("manifests/host")->mode == 0750);
    for (const std::string path : {"blobs/a", "blobs/link", "blobs/fifo", "none/a", "blobs/a/b"})
        CHECK(kind_of([&] { disk.make_directory(path, {0755, {}, {}}); }) == Kind::storage);
    CHECK(kind_of([&] { disk.make_directory("manifests/..", {}); }) == Kind::defect);
}

TEST_CASE("touching changes a file's time and nothing else") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    world->make_old("blobs/a");
    const Stat before = disk.stat("blobs/a").value();
    CHECK(disk.touch("blobs/a"));
    const Stat after = disk.stat("blobs/a").value();
    CHECK(after.identity.modified > before.identity.modified);
    CHECK(after.identity.inode == before.identity.inode);
    CHECK(after.mode == before.mode);
    CHECK(content_of(disk, "blobs/a") == "abc");
    CHECK_FALSE(disk.touch("blobs/none"));
    for (const std::string path : {"blobs/link", "blobs/nowhere", "blobs/fifo", "manifests"})
        CHECK(kind_of([&] { disk.touch(path); }) == Kind::storage);
    CHECK(kind_of([&] { disk.touch("../a"); }) == Kind::defect);
}

TEST_CASE("removing takes files, links and empty directories") {
    const auto world = make_world(GENERATE(true, false));
    Disk& disk = world->disk();
    CHECK(disk.remove("blobs/link"));
    CHECK(disk.stat("blobs/a"));
    CHECK_FALSE(disk.remove("blobs/link"));
    CHECK(disk.remove("manifests"));
    CHECK(kind_of([&] { disk.remove("blobs"); }) == Kind::storage);
}

TEST_CASE("a link on the way is not followed, also inside the directory") {
    const test::TempDir outside;
    outside.write("a", "secret");
    RealWorld world;
    fs::create_directory_symlink(outside.path(), world.dir.path() / "out");
    fs::create_directory_symlink("blobs", world.dir.path() / "in");
    Disk& disk = world.disk();
    for (const std::string directory : {"out", "in"}) {
        CHECK(kind_of([&] { disk.open(directory + "/a"); }) == Kind::storage);
        CHECK(kind_of([&] { disk.list(directory, {}); }) == Kind::storage);
        CHECK(kind_of([&] { disk.stat(directory + "/a"); }) == Kind::storage);
        CHECK(kind_of([&] { disk.write(directory + "/b", {}); }) == Kind::storage);
        CHECK(kind_of([&] { disk.remove(directory + "/a"); }) == Kind::storage);
        CHECK(kind_of([&] { disk.move("blobs/a", directory + "/b"); }) == Kind::storage);
    }
    CHECK(test::read_text(outside / "a") == "secret");
    CHECK(std::distance(fs::directory_iterator(outside.path()), fs::directory_iterator()) == 1);
    CHECK(said([&] { disk.open("out/a"); }) == "cannot read '" + (world.dir / "out").string() +
                                                   "': it is a link; codemate follows no link in a directory with "
                                                   "models: what it leads to belongs there itself");
}

TEST_CASE("the directory itself may be a link, and moves along") {
    RealWorld world;
    const test::TempDir elsewhere;
    fs::create_directory_symlink(world.dir.path(), elsewhere.path() / "models");
    const auto disk = open_disk(elsewhere / "models");
    CHECK(content_of(*disk, "blobs/a") == "abc");
    fs::remove(elsewhere / "models");
    CHECK(content_of(*disk, "blobs/a") == "abc"); // it is open
    CHECK(kind_of([&] { open_disk(elsewhere / "models"); }) == Kind::not_found);
    CHECK(kind_of([&] { open_disk(world.dir / "blobs/a"); }) != Kind::failed);
}

TEST_CASE("names made to hurt are listed and told of in one line") {
    RealWorld world;
    const std::string longest(255, 'x');
    world.dir.write("odd/new\nline", "");
    world.dir.write("odd/" + longest, "long");
    world.dir.write("odd/\xff\xfe", "");
    world.dir.write("odd/ ..", "");
    fs::create_symlink("loop", world.dir.path() / "odd/loop");
    fs::create_symlink("/dev/zero", world.dir.path() / "odd/zero");
    fs::create_symlink("/dev/tty", world.dir.path() / "odd/tty");
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (world.dir / "odd/socket").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    ::close(socket);

    const Listing listing = world.disk().list("odd", {});
    REQUIRE(listing.entries.size() == 8);
    for (const Listed& entry : listing.entries) {
        const std::string path = "odd/" + entry.name;
        if (entry.stat.type == Type::file) {
            CHECK(world.disk().open(path) != nullptr);
        } else {
            CHECK(kind_of([&] { world.disk().open(path); }) == Kind::storage);
        }
        CHECK(said([&] { world.disk().open(path + "/x"); }).find('\n') == std::string::npos);
        if (entry.name == "loop") CHECK(entry.stat.type == Type::dangling_link);
        if (entry.name == "zero") CHECK(entry.stat.type == Type::link);
        if (entry.name == "socket") CHECK(entry.stat.type == Type::socket);
    }
}

TEST_CASE("what may not be read says so") {
    if (::geteuid() == 0) return; // to root everything is open
    RealWorld world;
    fs::permissions(world.dir / "blobs/a", fs::perms::none);
    fs::permissions(world.dir / "manifests", fs::perms::none);
    CHECK(kind_of([&] { world.disk().open("blobs/a"); }) == Kind::storage);
    CHECK(kind_of([&] { world.disk().list("manifests", {}); }) == Kind::storage);
    CHECK(kind_of([&] { world.disk().stat("manifests/x"); }) == Kind::storage);
    fs::permissions(world.dir / "blobs", fs::perms::owner_read); // names can be seen, nothing else
    CHECK(world.disk().list("blobs", {}).unseen.size() == 4);
}

TEST_CASE("announcing and letting go change nothing of what is read") {
    const test::TempDir dir;
    const std::string text(300'000, 't');
    dir.write("big", text);
    const auto file = open_disk(dir.path())->open("big");
    file->announce(0, ByteCount(131'072));
    file->announce(131'072, ByteCount(131'072));
    file->announce(262'144, ByteCount(37'856));
    std::string read(text.size(), '\0');
    CHECK(file->read(0, read) == text.size());
    file->let_go(0, ByteCount(131'072));
    file->let_go(131'072, ByteCount(131'072));
    file->let_go(262'144, ByteCount(37'856));
    file->announce(10'000'000, ByteCount(131'072)); // behind the end
    file->let_go(10'000'000, ByteCount(131'072));
    CHECK(read == text);
}

TEST_CASE("the double fails as it is told, and its clock moves with changes alone") {
    test::MemoryDisk disk;
    disk.put("blobs/a", "abc");
    const Time before = disk.now();
    CHECK(disk.stat("blobs/a")->identity == disk.stat("blobs/a")->identity);
    CHECK(disk.now() == before);
    disk.touch("blobs/a");
    CHECK(disk.stat("blobs/a")->identity.changed > before);
    disk.granularity(std::chrono::seconds(2));
    disk.touch("blobs/a");
    const Identity coarse = disk.stat("blobs/a")->identity;
    disk.change("blobs/a", [](std::string& content) { content = "xyz"; });
    CHECK(disk.stat("blobs/a")->identity == coarse);
    disk.fail(test::MemoryDisk::Call::open, "blobs/a", Error(Kind::storage, "cannot read it"));
    CHECK(kind_of([&] { disk.open("blobs/a"); }) == Kind::storage);
}
