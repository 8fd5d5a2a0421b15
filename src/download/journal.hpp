#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/sha256_midstate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a download writes down on its way, a line each. Each line carries a sum of its own: one that a kill, a full disk
// or a power cut has damaged says nothing, and the others say what they said. Pure.
namespace codemate::download {

// Which file of which blob it is about. A new one stands at the begin of each boot of the computer.
struct JournalHead {
    Digest digest;
    std::uint64_t size = 0, block = 0; // bytes
    std::uint64_t inode = 0;           // of the partial file
    std::string boot{};                // one word; may be empty
    bool operator==(const JournalHead&) const = default;
};

std::string head_line(const JournalHead&);
std::string block_line(std::uint64_t block);             // it is in the file
std::string hash_line(const ResumableSha256::Midstate&); // of all before

struct Journal {
    JournalHead head;        // the last one
    std::vector<bool> there; // for each block
    // Of this boot; else of nothing.
    ResumableSha256::Midstate hashed = ResumableSha256::initial();
};

// Nothing: it has no head, or two that are about different files. `boot`: this one.
std::optional<Journal> parse_journal(std::string_view text, std::string_view boot);

} // namespace codemate::download
