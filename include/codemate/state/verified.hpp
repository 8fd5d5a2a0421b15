#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/store/stat.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::state {

// A blob whose content had its digest, and the file that it was then.
struct Verified {
    Digest digest;
    store::Identity identity; // of the file that was read
    Time at{};                // when the reading began

    bool operator==(const Verified&) const = default;
};

// Whether a file that was read from `at` on may be remembered by its identity. What changes twice within one tick of a
// file system's clock looks like once, so its times have to be older than any such tick: 2 s; 5 s where they are whole
// seconds, as on FAT and old file systems.
bool worth_remembering(const store::Identity&, Time at);

// Whether that file is still known to be good: it is the very same one, and was read within `max_age`. Never by an
// entry from the future, as after the clock was set back.
bool still_good(const Verified&, const store::Identity& now_there, Time now, Duration max_age);

// Which blobs were read and found good: what makes the second deep check fast. A file of JSON lines in the state
// directory, newest last, at most 20,000 of them. Best effort: losing it costs a reading.
class VerifiedBlobs {
public:
    explicit VerifiedBlobs(std::filesystem::path file) : file_(std::move(file)) {}

    // In the order of their digests. Lines that are none of this form are passed over. Empty if there is no file, or
    // one of more than 64 MiB, which something else has written; Error{storage} where it cannot be read.
    std::vector<Verified> entries() const;

    // In the place of what was known of the same files. Creates the directory, too; begins anew where the file is too
    // large, which is `<file>.old` then. Error{storage}; also where another process holds the file for longer than
    // `patience`.
    void add(std::span<const Verified>, Stop, Duration patience = std::chrono::minutes(1)) const;

private:
    std::filesystem::path file_;
};

// One line without its end, as the file has it; nothing for a line that is none.
std::string to_line(const Verified&);
std::optional<Verified> parse_verified(std::string_view);

} // namespace codemate::state
