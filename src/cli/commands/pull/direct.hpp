#pragma once

#include "cli/wiring.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/json/value.hpp"
#include "codemate/lifecycle/direct.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/registry/registry.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace codemate::cli::pull {

// What of the command's options says something without a server.
struct Direct {
    std::vector<std::string> targets;
    bool locked = false, force = false, dry_run = false, yes = false;
    std::optional<int> retries{};
    std::optional<ByteCount> rate{}; // bytes a second
    std::optional<rules::OneSource> from{};
    std::optional<std::filesystem::path> from_directory{}; // of `from`, where it is one
};

// Whether a lock that --lock names has to be there: where nothing could be written into it. From one place comes only
// what is pinned already, or named by its digest.
Wiring::NamedLock named_lock(bool locked, bool from_one_place, const std::vector<std::string>& targets);

// `codemate pull --direct`: the exit status.
int run_direct(const Direct&, const std::optional<manifest::LockFile>&, registry::Registry&, Wiring&);

// Whether a server uses the directory that is written to.
class ServersThere {
public:
    enum class When {
        before,       // anything is done
        in_a_new_one, // likewise; no server can be using a directory that was not there: only a yes counts
        meanwhile,    // downloads have come: who could not be told before, and was no reason, is none now
    };
    ServersThere(const lifecycle::direct::Options& options, Wiring& wiring) : options_(options), wiring_(wiring) {}

    // Error{refused} that names the server which uses it, or which may. Nothing: no server was found that does.
    std::optional<Error> objection(store::Disk&, When);

private:
    const lifecycle::direct::Options& options_;
    Wiring& wiring_;
    std::set<std::string> doubted_; // addresses
};

std::string question(const lifecycle::direct::Plan&, const lifecycle::direct::Options&);
std::string text(const lifecycle::direct::Plan&, const std::filesystem::path& models, std::size_t columns);
std::string text(const lifecycle::direct::Report&, std::size_t columns);
std::string markdown(const lifecycle::direct::Report&);
json::Value document(const lifecycle::direct::Plan&, const std::filesystem::path& models,
                     const std::optional<Error>& refused, int status, Wiring&);
json::Value document(const lifecycle::direct::Report&, const std::filesystem::path& models, int status, Wiring&);

} // namespace codemate::cli::pull
