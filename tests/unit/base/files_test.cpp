#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace codemate;
namespace fs = std::filesystem;

namespace {

Kind kind_of_reading(const fs::path& path, ByteCount limit = ByteCount(1000)) {
    try {
        read_file(path, limit);
    } catch (const Error& error) {
        return error.kind();
    }
    return Kind::defect;
}

} // namespace

TEST_CASE("a file is written whole and read back") {
    const test::TempDir dir;
    const fs::path path = dir.path() / "a.json";
    write_file_atomically(path, "one");
    write_file_atomically(path, "two");
    CHECK(read_file(path, ByteCount(1000)) == "two");
    CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("writing keeps the mode and follows a link") {
    const test::TempDir dir;
    const fs::path path = dir.path() / "real";
    const fs::path link = dir.path() / "link";
    write_file_atomically(path, "old");
    fs::permissions(path, fs::perms::owner_all);
    fs::create_symlink("real", link);
    write_file_atomically(link, "new");
    CHECK(fs::is_symlink(link));
    CHECK(read_file(path, ByteCount(10)) == "new");
    CHECK(fs::status(path).permissions() == fs::perms::owner_all);
}

TEST_CASE("what cannot be read says which kind it is") {
    const test::TempDir dir;
    CHECK(kind_of_reading(dir.path() / "missing") == Kind::not_found);
    CHECK(kind_of_reading(dir.path()) == Kind::storage);
    write_file_atomically(dir.path() / "large", std::string(1001, 'x'));
    CHECK(kind_of_reading(dir.path() / "large") == Kind::storage);
    REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
    CHECK(kind_of_reading(dir.path() / "fifo") == Kind::storage); // and does not wait for a writer
}

TEST_CASE("what cannot be read is told with what to do next") {
    const test::TempDir dir;
    const auto said = [&](const char* name) {
        try {
            read_file(dir.path() / name, ByteCount(10));
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::storage);
            const std::string path = quoted((dir.path() / name).string());
            CHECK(error.message().starts_with("cannot read " + path + ": "));
            return error.message().substr(path.size() + 14) + "; " + error.hint();
        }
        return std::string("it was read");
    };
    fs::create_symlink("no/where", dir.path() / "dangling");
    CHECK(said("dangling") == "it is a link to 'no/where', and that is not there; "
                              "bring back what it leads to, or remove the link");
    fs::create_symlink("loop", dir.path() / "loop");
    CHECK(said("loop") == "Too many levels of symbolic links; the link leads to itself: put a file in its place");
    fs::create_directory(dir.path() / "directory");
    CHECK(said("directory") == "Is a directory; put a file in its place, or name another file");
    REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
    CHECK(said("fifo") == "it is no regular file; put a file in its place, or name another file");
    write_file_atomically(dir.path() / "secret", "x");
    fs::permissions(dir.path() / "secret", fs::perms::none);
    if (::geteuid() != 0) CHECK(said("secret") == "Permission denied; check who may read and write there");
}

TEST_CASE("writing into a directory that is not there leaves nothing and says so") {
    const test::TempDir dir;
    CHECK_THROWS_AS(write_file_atomically(dir.path() / "no" / "a", "x"), Error);
}

TEST_CASE("owners") {
    const test::TempDir dir;
    CHECK(owner_of(dir.path()) == ::getuid());
    CHECK_FALSE(owner_of(dir.path() / "missing"));
    CHECK(user_name(0) == "root");
    CHECK(user_name(4'000'000'000U) == "user 4000000000");
}
