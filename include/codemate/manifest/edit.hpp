#pragma once

#include "codemate/base/run.hpp"
#include "codemate/json/value.hpp"
#include "codemate/manifest/manifest.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Changes of codemate.json that touch only the lines concerned: order, formatting and comments of all else stay.
namespace codemate::manifest {

// Of a text without mistakes, pure. What already means the same is left as it is written.
std::string with_role(std::string_view text, const std::string& role,
                      const ModelName&);                                     // set, or added as the last one
std::string with_version(std::string_view text, const std::string& version); // set, or added as the last member
std::string with_model(std::string_view text, const ModelName&, const json::Value& declaration); // of models; replaced

// Members at the end of a group, which is made where it lacks. "default" lacking means all roles, and goes on to mean
// them: their names become its first members.
std::string with_members(std::string_view text, const std::string& group, std::span<const std::string> members);

// The manifest that the text is; Error{usage} with all mistakes where an edit has led to some: "… would have 1
// mistake".
Manifest manifest_after_edit(std::string_view text, const Origin&);

// The file that a command writes: the one that is named or found as load() does it, whether it is there or not, else
// ./codemate.json. Error{usage} where the built-in manifest is asked for, Error{manifest} for a found file of somebody
// else.
Origin file_to_write(const Search&);

class ManifestFile {
public:
    explicit ManifestFile(Origin origin) : origin_(std::move(origin)) {}
    const Origin& origin() const { return origin_; }

    std::optional<std::string> read() const; // nothing if there is no such file; Error{storage}

    // Read, change, write in one step, atomically and under the file lock `<path>.lock~`, so that two processes lose
    // nothing. `change` gets whatever is there, also a text with mistakes. Nothing is written where the text stays the
    // same, and never a text that has mistakes: Error{usage}. Returns the text as it is then.
    std::string update(const std::function<std::string(const std::optional<std::string>&)>& change, Stop) const;

private:
    Origin origin_;
};

} // namespace codemate::manifest
