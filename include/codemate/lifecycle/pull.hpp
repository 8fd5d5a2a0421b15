#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/run.hpp"
#include "codemate/http/url.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"

#include <optional>
#include <string>
#include <vector>

// Makes models present on the server.
namespace codemate::lifecycle::pull {

struct Options {
    std::vector<std::string> targets;  // empty: the required set
    std::optional<http::Url> registry; // stands in for the public registry (CODEMATE_REGISTRY)
};

struct Ports {
    ollama::Server& server;
    const Clock& clock;
};

struct Facts {
    manifest::Manifest manifest;
    std::vector<manifest::Wanted> wanted;
    std::vector<ollama::Installed> installed;
    Time now{};
};

// What is done for one model.
struct Step {
    ModelName name;   // under which it shall be installed
    ModelName source; // what the server is asked to pull; copied to `name` where it differs
    ollama::Transport transport = ollama::Transport::https;
    bool keep_source = false;       // it is declared, or was installed before: its name stays after the copy
    std::optional<Digest> before{}; // installed under `name` now
    std::string reason{};           // "a role of the manifest", "named", "its content comes from …"
    bool declared = false;
    std::string target{}; // the word that it comes from

    bool copies() const { return name != source; }
};

struct Plan {
    std::vector<Step> steps;
    std::vector<std::string> known_words; // for suggestions, should a name not be found
};

enum class Outcome { pulled, updated, unchanged, failed, interrupted, not_started };
std::string_view to_string(Outcome);

struct Item {
    Step step;
    Outcome outcome = Outcome::not_started;
    ByteCount fetched{}; // that came over the network, as far as the server's events tell
    ByteCount size{};    // of the model, as the server states it
    std::optional<Digest> digest{};
    Duration took{0};
    std::optional<Error> error{};
};

enum class Ending { complete, interrupted };

struct Report {
    std::vector<Item> items; // in the plan's order
    Ending ending = Ending::complete;
    Duration took{0};
};

Facts gather(const Options&, const manifest::Manifest&, const Ports&, const Run&);
Plan plan(const Facts&, const Options&); // pure
Report execute(const Plan&, const Options&, const Ports&,
               const Run&); // a failed item and a stop are in the report, not thrown

} // namespace codemate::lifecycle::pull
