#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::state {

// A file of the state directory that has a line of JSON for each entry, the newest last. One of more than 64 MiB is
// none of ours: something else has written there.
class LineFile {
public:
    LineFile(std::filesystem::path file, std::string_view what)
        : file_(std::move(file)), what_(what) {} // "the journal"

    // Empty where there is no file, or one that is too large, which is told. Error{storage} where it cannot be read.
    std::string text() const;

    // Read, change, write in one step under the file's lock; creates the directory. A file that is too large becomes
    // `<file>.old`, which is said, and a new one begins. Error{storage}; also where another process holds the lock for
    // longer than `patience`.
    void change(const std::function<std::string(std::string)>& changed, Stop,
                Duration patience = std::chrono::minutes(1)) const;

private:
    bool is_too_large() const; // false where that cannot be told
    void put_aside() const;

    std::filesystem::path file_;
    std::string_view what_;
};

// What the lines say, in their order; those of which `parse` makes nothing are passed over.
template<typename Parse>
auto parsed_lines(std::string_view text, Parse&& parse) {
    std::vector<typename decltype(parse(text))::value_type> entries;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty()) continue;
        if (auto entry = parse(line)) entries.push_back(std::move(*entry));
    }
    return entries;
}

std::string with_line(std::string text, const std::string& line); // also behind half a line, of a crash long ago
// The last lines that are few enough and fit, of a text of whole lines.
std::string newest_lines(std::string_view text, std::size_t most, std::size_t bytes = SIZE_MAX);

} // namespace codemate::state
