#pragma once

#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Whether codemate.json and codemate.lock say what can be true at the same time. Files only: no server, no network.
// Mistakes of one file are no findings: load() and LockFile::read() refuse such a file.
namespace codemate::lifecycle::check {

enum class Severity { problem, warning, note };
std::string_view to_string(Severity);

enum class Rule {
    context,      // more tokens are asked for than the model is known to support
    budget,       // the required set takes more than it may
    source,       // a pin comes from elsewhere than the manifest says
    expectation,  // a pin is not what the manifest expects
    moving_tag,   // a required model may be another one tomorrow
    quantization, // another quantization than the policy prefers
    undeclared,   // a pin of a model that is not declared
    // Of the project's files; found by lifecycle/refs, reported beside the others.
    reference_undeclared,
    reference_misspelt,
    reference_contradicts,
    // Of docs/MODEL_VERSIONS.md; found by lifecycle/docs, reported beside the others.
    document_stale,
    document_placeholder,
    document_figure,
    document_link,
};
std::string_view to_string(Rule); // "moving_tag"

struct Finding {
    Severity severity;
    Rule rule;
    std::optional<ModelName> model; // none: of the whole set
    std::string place;              // JSON pointer into codemate.json, or into codemate.lock where in_lock
    bool in_lock = false;
    std::string text;
    std::string hint;      // may be empty
    std::size_t line = 0;  // of that file; 0: not known
    std::string file = {}; // of the project, where it is neither of the two; then there is no place
};

struct Ports {
    const manifest::LockFile* lock; // nullptr: none belongs to this manifest
};

struct Facts {
    manifest::Manifest manifest;
    std::optional<manifest::Lock> lock; // nothing: there is no such file
};

struct Report {
    std::vector<Finding> findings; // problems first, then warnings, then notes
    std::size_t declared = 0, required = 0, locked = 0;

    std::size_t count(Severity) const;
    void add(std::vector<Finding>); // more of them, in the same order
};

Facts gather(const manifest::Manifest&, const Ports&, const Run&); // Error{manifest, storage}
Report examine(const Facts&);                                      // pure

} // namespace codemate::lifecycle::check
