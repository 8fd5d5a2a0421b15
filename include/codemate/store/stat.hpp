#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/time.hpp"

#include <compare>
#include <cstdint>
#include <string_view>

// Values only, so that rules may use them.
namespace codemate::store {

enum class Type { file, directory, link, dangling_link, fifo, socket, device, other };
std::string_view to_string(Type); // "a file", "a link that leads nowhere" …

// What tells whether a file is still the one that it was: as long as nothing of this changes, nobody has written to it.
// (But what changes twice within one tick of the file system's clock looks like once.)
struct Identity {
    ByteCount size;
    Time modified; // mtime
    Time changed;  // ctime, which no user can set
    std::uint64_t inode = 0;
    std::uint64_t device = 0;

    auto operator<=>(const Identity&) const = default;
};

struct Stat {
    Type type = Type::file;
    Identity identity;
    ByteCount on_disk;      // what it takes of the disk: blocks, not its length
    std::uint32_t mode = 0; // the permission bits
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    Time read;               // when it was last read, as far as the file system keeps that (often to a day)
    std::uint64_t links = 1; // names that this file has; none: it was removed, and lives as long as it is open

    bool operator==(const Stat&) const = default;
};

} // namespace codemate::store
