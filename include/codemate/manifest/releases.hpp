#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// codemate.releases.json beside codemate.json: which models each release of a project had. Form: docs/releases.md.
namespace codemate::manifest {

struct Release {
    std::string version, date{};                            // "0.4.0", "2024-12-23"
    std::vector<std::pair<std::string, ModelName>> roles{}; // as written
    std::map<ModelName, Locked, ServerOrder> models{};      // what was locked; empty: no digests were recorded
    std::string changes{}, notes{};                         // may be empty

    const ModelName* role(std::string_view) const; // nullptr: there was none
    const Locked* find(const ModelName&) const;    // nullptr: no digest was recorded
    bool has_digests() const { return !models.empty(); }
};

// A figure of several runs: the median, and the interval that holds it with 95 % confidence, where there is one.
struct MeasuredFigure {
    double median = 0;
    std::optional<double> low{}, high{};
    bool operator==(const MeasuredFigure&) const = default;
};

// What codemate measured of a model on one machine, kept with the project so that everybody can read it.
struct MeasuredSpeed {
    ModelName model;
    std::optional<Digest> digest{};
    std::string at{}, hardware{}, server_version{}, codemate{}; // "2026-08-20T10:11:12Z"; may be empty
    std::string quantization{};
    std::uint64_t num_ctx = 0, prompt_tokens = 0, tokens = 0, runs = 0;
    std::optional<std::uint64_t> gpu_percent{};                           // of its memory
    std::optional<MeasuredFigure> ttft_ms{}, prefill_tps{}, decode_tps{}; // tokens a second
    std::optional<double> load_ms{};                                      // from the disk

    bool same_place(const MeasuredSpeed&) const; // the same model, content, hardware and context: the later one counts
    bool operator==(const MeasuredSpeed&) const = default;
};

struct Releases {
    std::vector<Release> releases{}; // newest first, as written
    std::vector<std::string> benchmark_notes{};
    std::vector<MeasuredSpeed> measured{};

    const Release* find(std::string_view version) const; // with or without a leading v; nullptr: not recorded
};

// Pure; all mistakes together, as parse() does it for manifests.
struct ParsedReleases {
    Releases releases;
    std::vector<Problem> problems;
};
ParsedReleases parse_releases(std::string_view text);

// "1.2.3", "1.2.3-rc.1", "1.2.3+build": three numbers, as semantic versions have them; without a leading v.
bool is_semantic_version(std::string_view);
// By the precedence of semantic versions; of missing numbers as nought.
std::weak_ordering compare_versions(std::string_view, std::string_view);

// Edits that change only the lines concerned; of a text without mistakes. Pure.
std::string with_release(std::string_view text, const Release&);                            // as the newest
std::string with_measured(std::string_view text, const std::vector<MeasuredSpeed>& speeds); // all of them, replaced

// The file beside a manifest. Of the built-in manifest it is compiled in, and never written.
class ReleasesFile {
public:
    explicit ReleasesFile(Origin manifest);
    const std::filesystem::path& path() const { return path_; } // empty: the built-in one
    std::string shown() const;                                  // as people know it

    std::optional<std::string> read() const; // nothing if there is no such file; Error{storage}
    Releases load() const; // nothing in it where there is none; Error{manifest} with all problems, Error{storage}

    // Read, change, write in one step under the file lock `<path>.lock~`. `change` gets a text without mistakes; of a
    // file that is not there, one with no release. Nothing is written where the text stays the same. Error{manifest,
    // storage}; Error{defect} for a change that leads to mistakes.
    void update(const std::function<std::string(const std::string&)>& change, std::string_view project, Stop) const;

    // The built-in history as a beginning, where there is no such file; whether it was written. Error{storage}.
    bool begin_with_built_in(Stop) const;

private:
    Error problems(const std::vector<Problem>&) const;

    Origin origin_;
    std::filesystem::path path_;
};

} // namespace codemate::manifest
