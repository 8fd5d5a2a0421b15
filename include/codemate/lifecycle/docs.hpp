#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/manifest/releases.hpp"
#include "codemate/manifest/stated_speeds.hpp"
#include "codemate/state/benchmarks.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// docs/MODEL_VERSIONS.md: what manifest, lock and history say, as a document for people. It is made of these files
// alone, so that it is the same on every machine. Files only: no server, no network.
namespace codemate::lifecycle::docs {

struct Ports {
    const manifest::ReleasesFile& releases;
    const state::Benchmarks* memory = nullptr; // what was measured on this machine; nullptr: nothing is known
    std::filesystem::path document;            // empty: of the built-in manifest, which has none
};

// Where the document of a manifest stands, and how people know that place; empty: the built-in manifest has none.
std::filesystem::path document_path(const manifest::Origin&);
std::string document_shown(const manifest::Origin&);

struct Facts {
    manifest::Manifest manifest;
    std::optional<manifest::Lock> lock; // nothing: there is none
    manifest::Releases releases;
    manifest::StatedSpeeds stated;
    std::optional<std::string> document{}; // as it is; nothing: there is none
    std::set<std::string> present{};       // of the manifest's references to files, those that are there
};

// A part of the document, between its markers. Texts end with a line end, or are empty.
struct Section {
    std::string name;
    std::string text;
};
std::vector<Section> sections(const Facts&); // in the document's order; pure

// A mistake in the markers.
struct Mistake {
    std::size_t line;
    std::string text;
};

struct Composed {
    std::string text; // the document; only without mistakes
    std::vector<Mistake> mistakes;
    std::vector<std::string> absent{};  // sections that the document has no markers for: left out by choice
    std::vector<std::string> changed{}; // sections whose text is another one than before
    std::map<std::string, std::size_t> first_difference{}; // of these: the first line that differs, in the old text
    bool has_markers = false;
};
// The document with its sections brought up to date; all bytes outside the markers stay. Nothing before: all of it.
// Pure.
Composed compose(const std::optional<std::string>& before, const std::vector<Section>&);

enum class Rule { stale, placeholder, figure, link };
std::string_view to_string(Rule); // "document_stale"

struct Finding {
    Rule rule;
    std::size_t line = 0; // of the document; 0: of the whole
    std::string text;
    std::string hint{};
};

// What is there of what a document links to.
struct Target {
    bool exists = false;
    std::set<std::string> anchors{}; // of a Markdown file
};
std::vector<std::string> local_links(std::string_view document); // paths as they are written, without anchors
std::set<std::string> anchors_of(std::string_view markdown);

// Pure; each adds what it finds, in the order of the text.
void check_placeholders(std::string_view document, const std::set<std::string>& known_digests, std::vector<Finding>&);
void check_figures(std::string_view document, std::vector<Finding>&); // outside the markers
void check_links(std::string_view document, const std::map<std::string, Target>&, std::vector<Finding>&);

struct Plan {
    Composed composed;
    std::vector<manifest::MeasuredSpeed> measured; // of the history, as it becomes
    std::size_t recorded = 0;                      // measurements of this machine that are new in it
    bool writes = false;                           // the document changes
};

struct Report {
    Plan plan;
    bool wrote_document = false, wrote_history = false;
};

Facts gather(const manifest::Manifest&, std::optional<manifest::Lock>, const Ports&,
             const Run&); // Error{manifest, storage}

// With what was measured on this machine. Error{manifest} for broken markers, Error{refused} for a document without
// any.
Plan plan(const Facts&, const std::vector<state::Benchmark>& measured_here);
Report execute(const manifest::Manifest&, const std::optional<manifest::Lock>&, const Ports&, const Run&);

// What was measured on this machine, oldest first; what cannot be read is nothing.
std::vector<state::Benchmark> measured_here(const Ports&);

// Whether the document is true: all findings, in the order of the text. Reads what it links to.
std::vector<Finding> examine(const Facts&, const Ports&, const Run&);

} // namespace codemate::lifecycle::docs
