#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/error.hpp"
#include "codemate/json/value.hpp"
#include "codemate/model/name.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::manifest {

// Where a manifest comes from.
struct Origin {
    enum class How { built_in, option, environment, found }; // built_in: because nothing else is there
    How how = How::built_in;
    std::filesystem::path path{}; // absolute; empty: the built-in one, which option or environment may have asked for
    std::string shown{};          // how people know the path: as they gave it, or seen from where they stand

    bool is_built_in() const { return path.empty(); }
    std::string display() const; // "./codemate.json", or "built-in manifest"
};

// The user's own requirements (checked when a digest is locked, and by verify).
struct Expect {
    std::optional<ByteCount> size;
    std::optional<std::string> quantization;
    std::optional<std::uint64_t> context; // at least this many tokens
    std::optional<std::string> license;   // digest of the licence layer
    std::optional<bool> gpu;
};

struct Promise {
    std::optional<double> decode_tps; // at least, tokens a second
    std::optional<double> ttft_ms;    // at most
};

// What the author says of a model, carried into the generated document. It is never held against the server's truth;
// only check() compares the stated context with what the same file expects and asks for.
struct Stated {
    std::string size; // as written; ByteCount::parse() takes it
    std::string quantization;
    std::optional<std::uint64_t> context;
};

struct About {
    std::vector<std::string> purpose, languages, why;
    std::string performance;
    std::string notes; // a line each
    Stated stated;
};

// Of the whole set; carried into the generated document.
struct ProjectAbout {
    std::vector<std::string> purpose, criteria, notes;
    std::vector<std::string> storage;                            // where the models are kept
    std::vector<std::string> validation;                         // command lines that prove a new model
    std::vector<std::pair<std::string, std::string>> references; // title, and URL or path beside the manifest
};

struct Declared {
    std::optional<ModelName> from; // where its content comes from, if not from its own name
    Expect expect;
    Promise promise;
    About about;
    json::Value options; // an object, or null: request options such as num_ctx
};

// Where the project keeps the vectors that its embedding model made.
struct VectorStore {
    std::string chroma;                     // directory of a Chroma store, as written; empty: of another kind
    std::string volume;                     // the named volume of Docker that it is in; empty: none
    std::string collection;                 // the one that counts; empty: all of them
    std::optional<std::uint64_t> dimension; // the length of its vectors
    std::string rebuild;                    // the project's own command line for that; printed, never run
};

// codemate.json: what a project declares. Rules: docs/manifest.md.
struct Manifest {
    Origin origin;
    std::string project, version;
    ProjectAbout about;
    std::string ollama; // ">=0.21": server version that verify asks for
    std::map<std::string, ModelName> roles;
    std::vector<std::string> role_order; // the roles as written: the first one is the first to be pulled
    std::map<std::string, std::vector<std::string>> groups; // members as written: model, role or group
    // Every declared model: also those that only a role or group names.
    std::map<ModelName, Declared, ServerOrder> models;
    std::vector<NamePattern> protect;
    std::vector<std::string> preferred_quantizations; // policy.quantization
    std::optional<ByteCount> disk_budget;
    std::vector<std::string> mirrors;
    std::optional<VectorStore> vector_store;

    // The model that makes the project's vectors: of the role "embedding" or, where there is none, "embeddings".
    std::optional<ModelName> embedding_model() const;
    // The directory of the Chroma store, seen from where the manifest's file is, or from the current directory for the
    // built-in one; empty: none is declared.
    std::filesystem::path chroma_directory() const;

    bool is_protected(const ModelName&) const;
    std::vector<std::string> roles_of(const ModelName&) const; // in their order; for many models: usage.hpp
    const Declared* declared(const ModelName&) const;          // as the server compares names; or nullptr
    ModelName source_of(const ModelName&) const; // where its content comes from: its `from`, else the name itself
    // Wherever its content may come from, best first: its `from`, its own name, and each of them at the mirrors.
    std::vector<ModelName> places_of(const ModelName&) const;
    bool without_tls(const ModelName&) const; // its registry is among the mirrors, with http://; never the public one
};

// A mistake in a manifest's text.
struct Problem {
    std::size_t line = 0; // from 1; 0: of the whole
    std::string path;     // "/roles/primary"
    std::string text;     // what is wrong and what was expected; fit for a terminal, as are the path and the hint
    std::string hint;     // the nearest key or name; may be empty
};

struct Parsed {
    Manifest manifest;             // to be used only without problems
    std::vector<Problem> problems; // in the order of the text
};

Parsed parse(std::string_view text, Origin); // pure; all problems together; never throws for content

// Error{manifest} that reports all of them: "codemate.json has 5 mistakes", and a note for each ("line 7:
// /roles/primary: …").
Error to_error(const Origin&, std::span<const Problem>);

std::string_view built_in_text();          // the compiled-in codemate.json
std::string_view built_in_releases_text(); // the compiled-in codemate.releases.json

// What decides which manifest is used.
struct Search {
    std::optional<std::string> option;      // --manifest
    std::optional<std::string> environment; // CODEMATE_MANIFEST; empty: not set
    std::filesystem::path directory;        // where to start looking; may be empty for "builtin" and absolute paths
    std::uint32_t user = 0;                 // whose files are trusted, beside root's
};

// Finds and reads it: option, environment, codemate.json here or in a parent up to the root of the checkout, else the
// built-in one; "builtin" as a value means that. Throws Error{manifest} for its mistakes (all of them) and for a found
// file of another owner, Error{not_found, storage} for a named file that cannot be read.
Manifest load(const Search&);

// One model that a target word means.
struct Wanted {
    ModelName name;
    std::string target; // the word it comes from
    bool declared = false;
    bool plain_http = false; // the target was written http://host…

    bool operator==(const Wanted&) const = default;
};

// The models that the targets mean: groups, roles, declared models, any other model name,
// http://host:port/owner/model:tag. In the order of the targets, each model once. No targets: the required set
// ("default"). Throws Error{usage} for names that do not parse, with the nearest group, role or model as hint, for
// http:// on the public registry, and for "all".
std::vector<Wanted> resolve(const Manifest&, std::span<const std::string> targets);

std::vector<ModelName>
required_set(const Manifest&); // what the group "default" means: as declared, else every role's model

// Group and role names, and declared models with and without ":latest", for suggestions.
std::vector<std::string> known_words(const Manifest&);

} // namespace codemate::manifest
