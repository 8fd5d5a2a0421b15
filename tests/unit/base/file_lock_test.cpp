#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/lock_holder.hpp"

#include <functional>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace codemate;
namespace fs = std::filesystem;

namespace {

constexpr Duration at_once{0};

std::string lock_error(const fs::path& path) {
    try {
        const FileLock lock(path, {}, at_once);
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
        CHECK_FALSE(error.hint().empty());
        return error.message();
    }
    return "locked";
}

std::size_t files_in(const fs::path& dir) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir), fs::directory_iterator()));
}

// In a process of its own; whether it succeeded there.
pid_t in_child(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
        work();
    } catch (...) {
        ::_exit(1);
    }
    ::_exit(0);
}

bool succeeded(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void count_up(const fs::path& path, int times) {
    for (int i = 0; i < times; ++i) {
        const FileLock lock(path, {});
        const int before = std::stoi(read_file(path, ByteCount(20)));
        write_file_atomically(path, std::to_string(before + 1));
    }
}

} // namespace

TEST_CASE("a lock holds until its end and leaves nothing behind") {
    const test::TempDir dir;
    const fs::path path = dir / "a";
    {
        const FileLock lock(path, {});
        CHECK(lock_error(path) ==
              "cannot lock '" + path.string() + "': process " + std::to_string(::getpid()) + " is changing it");
        CHECK(lock_error(dir / "b") == "locked");
        CHECK(lock_holder(path) == "process " + std::to_string(::getpid()));
        CHECK(lock_holder(dir / "b") == "another process");
    }
    CHECK(files_in(dir.path()) == 0);
    CHECK(lock_error(path) == "locked");
}

TEST_CASE("a file that a crash left behind holds nobody up") {
    const test::TempDir dir;
    dir.write("a.lock~", "4711\n");
    CHECK(lock_error(dir / "a") == "locked");
    CHECK(files_in(dir.path()) == 0);
}

TEST_CASE("two names of one file are one lock") {
    const test::TempDir dir;
    dir.write("real", "");
    fs::create_symlink("real", dir / "link");
    const FileLock lock(dir / "link", {});
    CHECK(lock_error(dir / "real") != "locked");
}

TEST_CASE("a link in the lock file's place is not followed") {
    const test::TempDir dir;
    const fs::path precious = dir.write("precious", "text");
    fs::create_symlink("precious", dir / "a.lock~");
    CHECK(lock_error(dir / "a") == "cannot lock '" + (dir / "a").string() + "': '" + (dir / "a.lock~").string() +
                                       "' is a link, where a file of codemate's own belongs");
    CHECK(read_file(precious, ByteCount(10)) == "text");
}

TEST_CASE("a directory that is not there cannot be locked in") {
    const test::TempDir dir;
    const fs::path path = dir / "missing" / "a";
    try {
        const FileLock lock(path, {});
        FAIL("locked");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
        CHECK(error.message() == "cannot lock '" + path.string() + "': No such file or directory");
    }
}

TEST_CASE("whoever waits is stopped at once") {
    const test::TempDir dir;
    const FileLock held(dir / "a", {});
    std::stop_source stop;
    bool interrupted = false;
    std::thread waiting([&] {
        try {
            const FileLock second(dir / "a", stop.get_token());
        } catch (const Interrupted&) {
            interrupted = true;
        }
    });
    stop.request_stop();
    waiting.join();
    CHECK(interrupted);
}

TEST_CASE("whoever waits gets the lock when it is free") {
    const test::TempDir dir;
    auto held = std::make_unique<FileLock>(dir / "a", Stop());
    bool locked = false;
    std::thread waiting([&] {
        const FileLock second(dir / "a", {});
        locked = true;
    });
    held.reset();
    waiting.join();
    CHECK(locked);
}

TEST_CASE("processes that count in one file lose nothing") {
    const test::TempDir dir;
    const fs::path path = dir.write("count", "0");
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i)
        children.push_back(in_child([&] { count_up(path, 25); }));
    for (const pid_t child : children)
        CHECK(succeeded(child));
    CHECK(read_file(path, ByteCount(20)) == "100");
    CHECK(files_in(dir.path()) == 1);
}

TEST_CASE("a process that dies lets its lock go") {
    const test::TempDir dir;
    const fs::path path = dir / "a";
    CHECK(succeeded(in_child([&] {
        const FileLock lock(path, {});
        ::_exit(0); // no destructor runs
    })));
    CHECK(fs::exists(dir / "a.lock~"));
    CHECK(lock_error(path) == "locked");
}
