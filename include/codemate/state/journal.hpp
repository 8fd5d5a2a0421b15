#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::state {

// What was pulled, once; or removed, so that it can come back.
struct Pulled {
    Time at{};
    std::string server; // its address
    ModelName name;     // under which it is installed
    Digest digest;      // of the registry manifest's bytes
    // The registry manifest, exactly; absent where it was not known, or is longer than 256 KiB.
    std::optional<std::string> manifest = {};
    ModelName source; // its name at its registry
    ByteCount fetched = {};
    Duration took{0};
    bool removed = false;     // nothing was fetched
    std::size_t attempts = 0; // that broke off or stood still before it came
    std::size_t stalls = 0;   // those of them that stood still
    ByteCount lost = {};      // bytes in flight then, that came again
};

// Which content models had, and when: the memory that brings back what no lock pins. A file of JSON lines in the state
// directory, newest last, at most 1000 of them and 8 MiB. Best effort: losing it loses memory only.
class Journal {
public:
    explicit Journal(std::filesystem::path file) : file_(std::move(file)) {}

    // Oldest first. Lines that are none of this form (a newer codemate's, half a line) are passed over. Empty if there
    // is no file, or one of more than 64 MiB, which something else has written; Error{storage} where it cannot be read.
    std::vector<Pulled> entries() const;

    // Creates the directory, too; begins anew where the file is too large, which is `<file>.old` then. Error{storage}.
    void add(const Pulled&, Stop) const;

private:
    std::filesystem::path file_;
};

// One line without its end, as the file has it; nothing for a line that is none.
std::string to_line(const Pulled&);
std::optional<Pulled> parse_line(std::string_view);

} // namespace codemate::state
