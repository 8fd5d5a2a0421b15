#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/recover.hpp"

#include <vector>

namespace codemate::cli {

class Wiring;

using Recovered = std::vector<lifecycle::recover::Item>;

// What was left, and what is still to be thought of.
struct Recovering {
    Recovered items;
    // Changes whose blobs the server may have fetched and not hashed: over when their model has been pulled again.
    std::vector<state::Changes::Held> pending;
    std::vector<Digest> unverified; // of them
    // Models that a repair removed and that are not back: over when they are.
    std::vector<state::Changes::Held> removed;
};

enum class Recovery { done, only_said }; // only_said: of --dry-run

// What every command does first that changes the server: finishes or undoes what an earlier run left half done there,
// and says so on stderr. Asks the server nothing where nothing was left.
Recovering recover(Recovery, Wiring&);

// Names at a relay that have been left for long, of runs whose memory is elsewhere or lost.
Recovered sweep(const std::vector<ollama::Installed>&, Recovery, Wiring&);

json::Value recovered_json(const Recovered&); // for documents of commands that change the server

} // namespace codemate::cli
