#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::state {

// A change of one model that would be invisible half done: what is pulled under a helper name, then copied to its own,
// with what was there before kept as a snapshot.
struct Change {
    std::string server; // its address
    ModelName name;
    std::optional<Digest> before = {};    // installed under the name when it began
    std::vector<Digest> wanted = {};      // that the name shall have, any of them; empty: whatever comes
    std::optional<ModelName> helper = {}; // pulled under this name, which was not installed when it began
    Time began{};
    // Blobs that the server is to fetch for it. What it has fetched and not yet hashed when it is left it takes for
    // good from then on (facts.md 4.4).
    std::vector<Digest> fetching = {};
    // Of a model that is removed so that its damaged files go, and then brought back as it was.
    struct Restoring {
        std::string manifest;          // the bytes, of the digest `before`
        std::vector<ModelName> places; // where its layers were to be had
    };
    std::optional<Restoring> restoring = {};
    // Of a content that is to take the place of another under the same name, once it has proven itself under the helper
    // name. Unlike a pull it is undone where it was cut off, until the lock has its digest.
    struct Replacing {
        std::optional<std::filesystem::path> lock = {}; // that pins the model then; nothing: none does
    };
    std::optional<Replacing> replacing = {};
};

// Changes under way: written before they begin, taken away when they have ended. What a process leaves behind that was
// killed the next one finds. A directory of one file a change; its process holds the file's lock as long as it lives.
class Changes {
public:
    explicit Changes(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // One change, and the right to take it away. Letting go without done() leaves it to the next process.
    class Held {
    public:
        Held(std::filesystem::path file, std::unique_ptr<FileLock> lock, Change change);
        const Change& change() const { return change_; }
        void done(); // throws nothing: what cannot be removed is found again, and does no harm

    private:
        std::filesystem::path file_;
        std::unique_ptr<FileLock> lock_;
        Change change_;
    };

    Held begin(const Change&, Stop) const; // on the disk when it returns; creates the directory; Error{storage}

    // One process at a time changes a model of a server, of all that share this directory: held as long as the lock
    // lives. try_alone(): nothing where another one holds it. alone() waits for a day. Error{storage}.
    std::unique_ptr<FileLock> try_alone(const std::string& server, const ModelName&) const;
    std::unique_ptr<FileLock> alone(const std::string& server, const ModelName&, Stop) const;

    // What processes that are gone have left, each of them held now, the oldest first. A file that is none of this form
    // is passed over, and removed when nobody has written it for 30 days. Empty where there is no directory; throws
    // nothing.
    std::vector<Held> left_behind() const;

private:
    std::filesystem::path lock_path(const std::string& server, const ModelName&) const;

    std::filesystem::path directory_;
};

std::string to_text(const Change&);
std::optional<Change> parse_change(std::string_view); // nothing for what is none

} // namespace codemate::state
