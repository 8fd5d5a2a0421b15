#pragma once

#include "codemate/base/time.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/manifest/usage.hpp"
#include "codemate/model/name.hpp"
#include "codemate/ollama/types.hpp"
#include "codemate/state/required_sets.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Why a model stays on a server: the one answer that all commands give who show it or remove what nothing keeps.
namespace codemate::rules {

inline constexpr Duration snapshots_kept_for = std::chrono::days(14);
inline constexpr Duration candidates_kept_for = std::chrono::days(1); // tests of the project's own may take their time
inline constexpr Duration relay_names_kept_for = std::chrono::hours(1); // a run needs one for seconds after its pull

// Whether it is a name of codemate's own that only a run which was cut off has left: at a relay, or a candidate's, and
// too old for any run to be at work with it, wherever that may run. The server's word for its age.
bool is_left_behind(const ollama::Installed&, Time now);

struct KeepReason {
    enum class Why {
        role,         // the manifest gives it one
        required,     // in the required set without a role: the group "default" has it
        declared,     // the manifest names it, though it is not required
        is_protected, // a pattern of the manifest's, or of the command line
        elsewhere,    // another project's manifest required it lately
        loaded,       // it would go on running, and take its space, after its removal
        snapshot,     // of codemate's own, and young; also a candidate, and a name at a relay
        cloud,        // a stub: its content is elsewhere
        misread,      // the server may act on another model by that name
    };
    Why why = Why::declared;
    std::string text{}; // a clause, fit for a terminal: "it has the role primary"

    bool operator==(const KeepReason&) const = default;
};
std::string_view to_string(KeepReason::Why); // as it stands in JSON: "role", "protected" …

// What the answer depends on.
struct KeepFacts {
    const manifest::Manifest& manifest;
    const std::vector<ollama::Installed>& installed;
    const std::vector<ollama::Running>* running; // nullptr: the server does not say; then nothing is said of it
    Time now;
    std::vector<const manifest::Manifest*> more_manifests{}; // what any of them keeps is kept
    std::span<const state::RequiredSet> elsewhere{};         // of this server
    std::span<const NamePattern> keep{};                     // of the command line
};

// To be made once where many models are asked for. Refers to the facts.
class Keepers {
public:
    explicit Keepers(const KeepFacts&);

    // In the order of KeepReason::Why; none: nothing keeps it. Names of codemate's own get neither role nor protection,
    // whatever the manifest says.
    std::vector<KeepReason> reasons(const ollama::Installed&) const;

private:
    // One manifest's say.
    struct Project {
        const manifest::Manifest* manifest;
        manifest::Usage usage;
        std::set<ModelName, ServerOrder> required;
        std::string in; // " in ./b.json" where there are several
    };

    void add_project(const manifest::Manifest&, bool is_one_of_several);
    void add_elsewhere();
    void add_declared(std::vector<KeepReason>&, const ModelName&, const Project&) const;
    void add_protected(std::vector<KeepReason>&, const ModelName&) const;
    void add_elsewhere(std::vector<KeepReason>&, const ModelName&) const;
    void add_snapshot(std::vector<KeepReason>&, const ModelName&) const;
    void add_candidate(std::vector<KeepReason>&, const ollama::Installed&) const;
    void add_relay_name(std::vector<KeepReason>&, const ollama::Installed&) const;
    void add_loaded(std::vector<KeepReason>&, const ollama::Installed&) const;
    void add_misread(std::vector<KeepReason>&, const ollama::Installed&) const;

    KeepFacts facts_;
    std::vector<Project> projects_;
    std::map<ModelName, std::vector<std::string>, ServerOrder> elsewhere_; // clauses
    std::map<ModelName, std::size_t, ServerOrder> spellings_;              // of each name on the server
};

} // namespace codemate::rules
