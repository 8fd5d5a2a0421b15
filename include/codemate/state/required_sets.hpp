#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::state {

// What a manifest required when it was last used against a server.
struct RequiredSet {
    std::string server;   // its address
    std::string manifest; // the file's absolute path, or "builtin"
    std::vector<ModelName> models;
    Time used{};

    bool operator==(const RequiredSet&) const = default;
};

inline constexpr Duration required_sets_count_for = std::chrono::days(90);

// Which projects share a server, so that what one of them requires is not removed for another. A file of JSON lines in
// the state directory: one for each server and manifest, the latest use last, at most 1000. Best effort: without it a
// project is protected by its own manifest only.
class RequiredSets {
public:
    explicit RequiredSets(std::filesystem::path file) : file_(std::move(file)) {}

    // Of the last 90 days, the latest last. Lines that are none of this form are passed over. Empty if there is no
    // file; Error{storage} where it cannot be read.
    std::vector<RequiredSet> entries(Time now) const;

    // In the place of what that manifest required of that server before. A set that has not changed is written again
    // only after a day, so that most runs write nothing. Creates the directory, too; begins anew where the file is
    // larger than any that codemate writes. Error{storage}.
    void remember(const RequiredSet&, Stop) const;

private:
    std::filesystem::path file_;
};

// One line without its end, as the file has it; nothing for a line that is none.
std::string to_line(const RequiredSet&);
std::optional<RequiredSet> parse_required_set(std::string_view);

} // namespace codemate::state
