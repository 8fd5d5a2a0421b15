#pragma once

#include "codemate/base/run.hpp"
#include "codemate/checkout/files.hpp"
#include "codemate/machine/programs.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The model names in a project's files: where they stand, and whether they agree with codemate.json and codemate.lock.
// Files only; the server is asked only for what is installed, by whoever calls. What counts as a mention: docs/refs.md.
namespace codemate::lifecycle::refs {

enum class How {
    key,     // the value of a key or variable: model: …, EMBEDDING_MODEL=…
    command, // an argument: ollama pull …
    quoted,  // the whole of a quoted string or code span
    name,    // name:tag in other text
};
std::string_view to_string(How);

struct Mention {
    std::size_t offset = 0, length = 0; // bytes of the file
    std::size_t line = 0, column = 0;   // from 1; the column in bytes
    std::string text;                   // as written
    ModelName name;
    How how = How::name;
    std::string key;        // of how key: the key as written; else empty
    bool embeds = false;    // the text says that it makes embeddings with it
    bool pinned = false;    // "@sha256:…" follows
    bool comment = false;   // stands in a comment: whatever it says, nothing is done by it
    std::string constant{}; // that the line gives the value: DEFAULT_MODEL = …; empty: none
};

// A place that makes embeddings with what a constant names: OllamaEmbeddings(model=DEFAULT_MODEL).
struct EmbeddingUse {
    std::string constant;
    std::size_t line = 0;
};

struct FileFacts {
    std::string path; // relative to the directory
    std::vector<Mention> mentions;
    std::vector<EmbeddingUse> uses;
};

struct Ports {
    machine::Programs& programs;
    const manifest::Lock* lock; // nullptr: there is none
    // What the server has; nothing where it does not say. May be empty.
    std::function<std::optional<std::vector<ModelName>>()> installed = {};
};

struct NotRead {
    std::string file;
    checkout::Unread why; // utf16, too_large or failed
};
std::string_view to_string(const NotRead&); // "is UTF-16"

struct Facts {
    manifest::Manifest manifest;
    std::optional<manifest::Lock> lock;
    std::optional<std::vector<ModelName>> installed;
    checkout::Listing::How listed_by = checkout::Listing::How::walked;
    std::string why_walked;                                      // see checkout::Listing
    std::vector<std::string> nested;                             // checkouts of their own, not entered
    std::vector<NotRead> unread;                                 // files with text that could not be read
    std::vector<checkout::IgnoreRules::Unsupported> not_ignored; // see checkout::Listing
    std::size_t files = 0;                                       // that were read
    std::vector<FileFacts> found;                                // the files with mentions or uses, by path
};

// Reads the files of the directory. Error{storage, not_found} for the directory itself.
Facts gather(const std::filesystem::path& directory, const manifest::Manifest&, const Ports&, const Run&);

enum class State {
    locked,
    declared,
    undeclared,
    misspelt,
    contradicting,
    past, // in a file that tells what was (CHANGELOG.md): it stays, whatever is declared now
};
std::string_view to_string(State);

struct Item {
    std::string file;
    Mention mention;
    State state = State::undeclared;
    std::optional<bool> installed;  // nothing: nobody said
    std::optional<ModelName> meant; // of misspelt: the nearest name; of contradicting: the embedding model
    std::string text;               // of misspelt and contradicting: what is wrong

    bool is_problem() const { return state == State::misspelt || state == State::contradicting; }
};

struct Report {
    std::vector<Item> items; // by file and place
    std::size_t models = 0;  // different ones
    std::size_t in_files = 0;

    std::size_t count(State) const;
    std::size_t not_installed() const; // of what is not past
};

// Pure. `only`: the models whose mentions are wanted, all if there are none.
Report examine(const Facts&, const std::vector<NamePattern>& only = {});

// Another name in place of one model's, in every file that mentions it.
struct Edit {
    std::string file;
    std::size_t mentions = 0;
    std::vector<std::string> diff; // lines of a unified diff, as they are to be shown
    std::string before, after;     // the whole content, byte for byte
};

struct Rewrite {
    std::vector<Edit> edits;
    std::vector<std::string> left_alone; // "FILE:LINE", with "@sha256:…" behind the name
    std::vector<std::string> past;       // files that tell what was, with mentions of it: not changed

    std::size_t mentions() const;
};

// Reads the files again. Error{storage} for one that has changed meanwhile. OLD is written in any spelling, NEW is put
// as given: a model's name (Error{usage}).
Rewrite plan_rewrite(const std::filesystem::path& directory, const Facts&, const ModelName& before,
                     const std::string& after);

// Writes all of them or none: every new content is on the disk before the first file is replaced, and what was replaced
// is put back if a later one cannot be. Bytes that are no mention, mode and owner stay. Error{storage} for a file that
// has changed since the plan, is not this user's to write, has further hard links, or is reached through a link.
void execute_rewrite(const std::filesystem::path& directory, const Rewrite&, const Run&);

} // namespace codemate::lifecycle::refs
