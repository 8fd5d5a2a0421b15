#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/model/image_diff.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/registry.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What tags serve now, beside what is locked or installed: which have moved, and what that changed, layer by layer.
namespace codemate::upstream {

enum class Texts { left_out, fetched }; // the layers that people can read, before and after

struct Ports {
    ollama::Server* server; // nullptr: it does not answer; then what a move would fetch is not known
    registry::Registry& registry;
    std::string where = {}; // what it is called where it stands in for the registries of all names; empty: it does not
};

// One model, and what server and registry said of it.
struct Inquiry {
    ModelName name;
    ModelName source; // the name that the registry is asked for: its `from`, or what the lock says
    std::optional<manifest::Locked> locked{};
    std::optional<ollama::Installed> installed{};

    // From here on filled by inquire().
    std::optional<Digest> upstream{}; // that the tag serves now
    std::optional<Error> error{};     // of whoever was asked
    bool moved = false;               // the tag serves other content, whatever else could not be found out

    // Only where the digest is not the expected one.
    std::optional<Image> image{};                   // that the tag serves
    std::optional<Configuration> before{}, after{}; // of what is expected, of what the tag serves
    std::optional<std::vector<Digest>> present{};   // blobs of that image that the server has
    std::optional<ollama::Shown> shown{};           // of what is installed, where no manifest tells its layers
    std::map<LayerRole, std::string> texts_before{}, texts_after{};
};

// Asks the registries for many models at once: one question for each where nothing has changed. What goes wrong with
// one of them stands in its inquiry. Nothing is asked for one that is neither locked nor installed, and for cloud
// stubs.
void inquire(std::vector<Inquiry>&, Texts, const Ports&, const Run&);

enum class State {
    current,      // the tag serves what is expected
    same_content, // under another digest
    outdated,     // the tag has moved
    no_upstream,  // no registry has this model
    absent,       // neither locked nor installed: there is nothing to compare
    failed,       // the registry could not be asked
};
std::string_view to_string(State); // the enumerator's name, as it stands in JSON

// What the tag is compared with: the lock's entry if there is one.
enum class Against { lock, installed, nothing };
std::string_view to_string(Against);

struct TextDiff {
    LayerRole role;
    std::vector<std::string> lines; // of a unified diff
};

// How a model stands to its tag.
struct Standing {
    ModelName name, source;
    State state = State::failed;
    std::string reason{}; // in one phrase, fit for a terminal
    Against against = Against::nothing;
    std::optional<Digest> before{}, after{};

    // Of an outdated one. Without the manifest of what is expected, whose layers then nobody tells, the entries are
    // those that the server could answer for.
    std::optional<ImageDiff> diff{};
    bool all_layers_known = false;
    std::optional<ByteCount> to_fetch{}; // by an update, given what is on the server
    std::vector<TextDiff> texts{};

    std::optional<Error> error{};
};

Standing judge(const Inquiry&); // pure

} // namespace codemate::upstream
