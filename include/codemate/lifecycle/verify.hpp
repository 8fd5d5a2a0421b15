#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/drift.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Whether what is required, locked and installed agree, and the user's expectations hold: by what server and lock say
// of the models, without reading their content.
namespace codemate::lifecycle::verify {

struct Options {
    std::vector<std::string>
        targets; // empty: the required set and whatever is locked, or installed and has expectations
};

struct Ports {
    ollama::Server& server;
    std::function<registry::Registry&()> registry; // asked only for what no server can say
};

// One model, and all that is known of it.
struct Subject {
    ModelName name;
    bool is_required = false; // by the manifest, or asked for by name
    manifest::Declared declared{};
    std::optional<manifest::Locked> locked{};
    std::optional<ollama::Installed> installed{};
    std::optional<ollama::Shown> shown{};
    std::optional<Error> unreadable{}; // why the server could not show it
    std::optional<std::uint64_t> supported_context{};
};

struct Facts {
    std::vector<Subject> subjects;
    std::string server_version;
    std::string required_version;                        // the manifest's ">=0.21"; empty: any
    std::optional<std::vector<ollama::Running>> running; // nothing: the server does not say
    bool has_lock = false;
};

enum class Severity { ok, note, problem };
std::string_view to_string(Severity);

// What is worth saying of a model, or of the whole.
struct Finding {
    enum class What { absent, unreadable, drift, unpinned, size, quantization, context, license, gpu, server };
    Severity severity = Severity::note;
    What what = What::absent;
    std::string text{}; // fit for a terminal
};
std::string_view to_string(Finding::What);

using rules::Contexts;

struct Row {
    ModelName name;
    bool is_required = false;
    rules::Drift drift = rules::Drift::absent;
    std::optional<Digest> locked{};
    std::optional<ollama::Installed> installed{};
    Contexts contexts{};
    std::optional<bool> on_gpu{}; // while it is loaded: wholly
    std::vector<Finding> findings{};

    Severity severity() const; // the worst of the findings
};

struct Report {
    std::vector<Row> rows;
    std::vector<Finding> findings; // of the whole
    std::string server_version;
    std::size_t count(Severity) const; // of the rows
    bool passed() const;               // no problem anywhere
};

Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock&, const Ports&, const Run&);
Report examine(const Facts&); // pure

} // namespace codemate::lifecycle::verify
