#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/store/stat.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::store {

// A regular file that is open for reading; the same one whatever happens to its name. For one thread at a time.
class File {
public:
    virtual ~File() = default;

    virtual Stat stat() = 0; // as it is now
    // Fills `into` from that offset on as far as the file goes: fewer bytes mean its end. Throws Error{storage}.
    virtual std::size_t read(std::uint64_t offset, std::span<char> into) = 0;

    // Advice for reading the whole, in order, in steps of one size (the last may be shorter). What is announced gets
    // fetched meanwhile. What is let go need not stay in memory if it was not there before the first announcement.
    virtual void announce(std::uint64_t /*offset*/, ByteCount) {}
    virtual void let_go(std::uint64_t /*offset*/, ByteCount) {}
};

// A file in the making. Without finish() it is removed at the end of its life.
class NewFile {
public:
    virtual ~NewFile() = default;

    virtual void write(std::string_view) = 0; // at the end
    virtual void finish() = 0;                // returns when the content has reached the disk
};

// A file that is written at its places, in any order, and stays as it is when it is left. May be called from several
// threads.
class Draft {
public:
    virtual ~Draft() = default;

    virtual Stat stat() = 0;                                        // as it is now
    virtual void write(std::uint64_t offset, std::string_view) = 0; // what lies between it and the end becomes zeros
    // Advice: what was written there can go to the disk meanwhile, so that sync() has less to wait for.
    virtual void begin_sync(std::uint64_t /*offset*/, ByteCount) {}
    virtual void sync() = 0; // returns when the content has reached the disk
};

// Permission bits and owner of a new file. An owner of whom the system does not allow it: Error{storage}.
struct Ownership {
    std::uint32_t mode = 0644;
    std::optional<std::uint32_t> owner = {}, group = {}; // none: whoever runs codemate
};

struct Listed {
    std::string name;
    Stat stat;        // of the link, not of what it leads to
    std::string link; // where a link leads, as written in it
};

struct Listing {
    struct Unseen {
        std::string name;
        Error why;
    };
    std::vector<Listed> entries; // by name, bytes being unsigned; without . and ..
    std::vector<Unseen> unseen;  // of which the system tells no more than the name
};

// A models directory. Paths are relative to it, their parts separated by '/'; "" is the directory itself. One that has
// an empty part, . or .. is Error{defect}. No symbolic link is followed, at any part of a path: nothing outside the
// directory is ever opened. All failures are Error{storage}, or Error{not_found} where what is to be read is not there.
// May be called from several threads.
class Disk {
public:
    virtual ~Disk() = default;

    virtual Listing list(std::string_view directory, Stop) = 0;
    virtual std::optional<Stat> stat(std::string_view path) = 0; // nothing if it is not there
    // A regular file only; never waits for what is none, such as a fifo without a writer.
    virtual std::unique_ptr<File> open(std::string_view path) = 0;
    virtual std::unique_ptr<NewFile> write(std::string_view path, const Ownership&) = 0; // not over another file
    // Makes an empty one, or opens the one that is there, as it is. A regular file with one name only.
    virtual std::unique_ptr<Draft> draft(std::string_view path, const Ownership&) = 0;
    // False if it was there. Error{storage} where something else is.
    virtual bool make_directory(std::string_view path, const Ownership&) = 0;
    // A regular file: its time of modification is now, and nothing else of it changes. False if it was not there.
    virtual bool touch(std::string_view path) = 0;
    virtual void move(std::string_view from, std::string_view to) = 0; // in one step, also over another file
    // A file, a link (not what it leads to), or an empty directory. False if it was not there.
    virtual bool remove(std::string_view path) = 0;
};

// The whole content of a file. Error{storage} if it is longer than the limit.
std::string read_all(File&, ByteCount limit, std::string_view path);

} // namespace codemate::store
