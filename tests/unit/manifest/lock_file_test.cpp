#include "unit/model/mistral.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/manifest/lock.hpp"

#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace codemate;
using namespace codemate::manifest;
namespace fs = std::filesystem;

namespace {

Locked entry(const std::string& seed) {
    return {Digest::of(seed), ModelName::parse("m:" + seed), ByteCount(7), "Q4_0", {}, {}, {}};
}

std::function<void(Lock&)> adding(const std::string& tag) {
    return [tag](Lock& lock) { lock.models.insert_or_assign(ModelName::parse("m:" + tag), entry(tag)); };
}

// Work in a process of its own; true there means success.
pid_t in_child(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    bool good = false;
    try {
        good = work();
    } catch (...) {
    }
    ::_exit(good ? 0 : 1);
}

bool succeeded(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<std::string> names_in(const fs::path& dir) {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(dir))
        names.push_back(file.path().filename().string());
    return names;
}

// Whoever may do everything does this as somebody who may not.
bool as_nobody(const std::function<bool()>& work) {
    return succeeded(in_child([&] {
        if (::geteuid() == 0 && ::setuid(65534) != 0) return false;
        return work();
    }));
}

} // namespace

TEST_CASE("a lock file that is not there is an empty lock") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    CHECK_FALSE(file.exists());
    CHECK(file.read().models.empty());
    CHECK(file.update([](Lock&) {}, {}).models.empty());
    CHECK(names_in(dir.path()).empty()); // nothing changed, nothing written
}

TEST_CASE("an update is written, read back and leaves nothing else behind") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    CHECK(file.update(adding("a"), {}).models.size() == 1);
    CHECK(file.update(adding("b"), {}).models.size() == 2);
    CHECK(file.exists());
    CHECK(to_text(file.read()) == test::read_text(file.path()));
    CHECK(file.read().models.size() == 2);
    CHECK(names_in(dir.path()) == std::vector<std::string>{"codemate.lock"});
}

TEST_CASE("nothing is written where nothing changes") {
    const test::TempDir dir;
    const LockFile file(dir.write("codemate.lock", "{\"models\": {}, \"schema\": 1}"));
    file.update([](Lock&) {}, {});
    CHECK(test::read_text(file.path()) == "{\"models\": {}, \"schema\": 1}");
}

TEST_CASE("a lock with problems is told whole and never overwritten") {
    const test::TempDir dir;
    const std::string text = "{\"schema\": 1,\n\"models\": {\"m\": {\"digest\": \"sha256:1\",\n\"sice\": 7}}}";
    const LockFile file(dir.write("codemate.lock", text));
    for (const bool reading : {true, false}) {
        try {
            reading ? file.read() : file.update(adding("a"), {});
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::manifest);
            CHECK(error.message() == file.path().string() + " has 4 mistakes");
            CHECK(error.notes().size() == 4);
            CHECK_FALSE(error.hint().empty());
        }
    }
    CHECK(test::read_text(file.path()) == text);
    CHECK(names_in(dir.path()).size() == 1);
}

TEST_CASE("a lock of a newer schema stays as it is") {
    const test::TempDir dir;
    const LockFile file(dir.write("codemate.lock", "{\"schema\": 2}"));
    CHECK_THROWS_AS(file.update(adding("a"), {}), Error);
    CHECK(test::read_text(file.path()) == "{\"schema\": 2}");
}

TEST_CASE("a change that fails or leads to nonsense changes nothing") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    file.update(adding("a"), {});
    const std::string before = test::read_text(file.path());
    CHECK_THROWS_AS(file.update([](Lock&) { throw Error(Kind::failed, "no"); }, {}), Error);
    try {
        file.update([](Lock& lock) { lock.models.begin()->second.bytes = "not what the digest is of"; }, {});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::defect);
    }
    CHECK(test::read_text(file.path()) == before);
    CHECK(names_in(dir.path()).size() == 1);
    CHECK(file.update(adding("b"), {}).models.size() == 2); // and the way is free again
}

TEST_CASE("an update waits for whoever changes the file, until stopped") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    const FileLock other(file.path(), {});
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(file.update(adding("a"), stop.get_token()), Interrupted);
    CHECK_FALSE(file.exists());
}

TEST_CASE("processes that lock different models at once lose none") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    std::vector<pid_t> children;
    for (const std::string who : {"a", "b", "c"}) {
        children.push_back(in_child([&] {
            for (int i = 0; i < 15; ++i)
                file.update(adding(who + std::to_string(i)), {});
            return true;
        }));
    }
    for (const pid_t child : children)
        CHECK(succeeded(child));
    CHECK(file.read().models.size() == 45);
    CHECK(names_in(dir.path()) == std::vector<std::string>{"codemate.lock"});
}

TEST_CASE("a directory that cannot be written can be read, and says so when it has to be") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    file.update(adding("a"), {});
    fs::permissions(dir.path(), fs::perms(0555));
    CHECK(as_nobody([&] { return file.read().models.size() == 1; }));
    CHECK(as_nobody([&] { return file.update(adding("a"), {}).models.size() == 1; })); // nothing to write
    CHECK(as_nobody([&] {
        try {
            file.update(adding("b"), {});
        } catch (const Error& error) {
            return error.kind() == Kind::storage && !error.hint().empty() &&
                   error.message() == "cannot lock '" + file.path().string() + "': Permission denied";
        }
        return false;
    }));
    fs::permissions(dir.path(), fs::perms(0755));
    CHECK(file.read().models.size() == 1);
}

TEST_CASE("a lock that cannot be read is no empty one") {
    const test::TempDir dir;
    fs::create_directory(dir / "codemate.lock");
    const LockFile file(dir / "codemate.lock");
    try {
        file.read();
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
    }
    dir.write("huge.lock", std::string(17 * 1024 * 1024, ' '));
    CHECK_THROWS_AS(LockFile(dir / "huge.lock").read(), Error);
}

TEST_CASE("a link to a lock that is not there is not the same as no lock") {
    const test::TempDir dir;
    const LockFile file(dir / "codemate.lock");
    fs::create_symlink(dir / "nowhere", file.path());
    CHECK(file.exists());
    CHECK_THROWS_AS(file.read(), Error);
    CHECK_THROWS_AS(file.update(adding("x"), {}), Error);
    CHECK(fs::is_symlink(file.path()));
    CHECK_FALSE(fs::exists(dir / "nowhere"));
}
