// Of the wiring: what codemate and the server keep on the disk, and how the server gets to codemate.
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/machine/network.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

std::string known_as(const manifest::Origin& origin) {
    return origin.is_built_in() ? "builtin" : origin.path.string();
}

} // namespace

// The XDG base directory specification: a relative path counts as unset.
std::optional<std::filesystem::path> Wiring::state_directory() const {
    const auto absolute = [&](const char* name) -> std::optional<std::filesystem::path> {
        const char* value = variable(name);
        if (value == nullptr || !std::filesystem::path(value).is_absolute()) return std::nullopt;
        return std::filesystem::path(value);
    };
    if (const auto state = absolute("XDG_STATE_HOME")) return *state / "codemate";
    if (const auto home = absolute("HOME")) return *home / ".local" / "state" / "codemate";
    return std::nullopt;
}

const state::Journal* Wiring::journal() {
    if (const auto directory = state_directory(); directory && !journal_)
        journal_.emplace(*directory / "journal.jsonl");
    return journal_ ? &*journal_ : nullptr;
}

const state::Changes* Wiring::changes() {
    if (const auto directory = state_directory(); directory && !changes_) changes_.emplace(*directory / "changes");
    return changes_ ? &*changes_ : nullptr;
}

const state::VerifiedBlobs* Wiring::verified_blobs() {
    if (const auto directory = state_directory(); directory && !verified_blobs_)
        verified_blobs_.emplace(*directory / "verified.jsonl");
    return verified_blobs_ ? &*verified_blobs_ : nullptr;
}

const state::Uploads* Wiring::uploads() {
    if (const auto directory = state_directory(); directory && !uploads_)
        uploads_.emplace(*directory / "uploads.jsonl");
    return uploads_ ? &*uploads_ : nullptr;
}

const state::RequiredSets* Wiring::required_sets() {
    if (const auto directory = state_directory(); directory && !required_sets_)
        required_sets_.emplace(*directory / "required.jsonl");
    return required_sets_ ? &*required_sets_ : nullptr;
}

const state::Benchmarks* Wiring::benchmarks() {
    if (const auto directory = state_directory(); directory && !benchmarks_)
        benchmarks_.emplace(*directory / "benchmarks.jsonl");
    return benchmarks_ ? &*benchmarks_ : nullptr;
}

std::vector<state::RequiredSet> Wiring::required_elsewhere() {
    if (required_sets() == nullptr) return {};
    try {
        std::vector<state::RequiredSet> sets = required_sets_->entries(clock_.now());
        std::vector<std::string> own{known_as(manifest().origin)};
        for (const manifest::Manifest& manifest : more_manifests())
            own.push_back(known_as(manifest.origin));
        const std::string server = server_id();
        std::erase_if(sets, [&](const state::RequiredSet& set) {
            return set.server != server || std::ranges::find(own, set.manifest) != own.end();
        });
        return sets;
    } catch (const Error& error) {
        diagnostics::warning("what other projects require is not known: " + error.message());
        return {};
    }
}

void Wiring::remember_required_set() {
    const manifest::Origin& origin = manifest().origin;
    if (required_sets() == nullptr || origin.how == manifest::Origin::How::built_in) return;
    try {
        required_sets_->remember({server_id(), known_as(origin), manifest::required_set(manifest()), clock_.now()},
                                 stop());
    } catch (const Error& error) {
        diagnostics::info("what this project requires is not remembered: " + error.message());
    }
}

relay::Relays& Wiring::relays() {
    if (!relays_) relays_ = relay::over_http(registry_server());
    return *relays_;
}

// Loopback first: it exposes nothing, and `ssh -R` leads there, too.
std::vector<std::string> Wiring::relay_addresses() {
    std::vector<std::string> addresses{"127.0.0.1"};
    const auto add = [&](const std::vector<std::string>& more) {
        for (const std::string& address : more) {
            if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
        }
    };
    add(machine::addresses_towards(endpoint().host, endpoint().port));
    add(machine::bridge_addresses());
    return addresses;
}

} // namespace codemate::cli
