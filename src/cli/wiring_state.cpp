// Of the wiring: what codemate and the server keep on the disk, and how the server gets to codemate.
#include "cli/wiring.hpp"

#include "codemate/machine/network.hpp"

#include <algorithm>

namespace codemate::cli {

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
