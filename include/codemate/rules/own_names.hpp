#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"
#include "codemate/ollama/types.hpp"

#include <optional>
#include <string>
#include <vector>

// Names of codemate's own on a server, made and recognised here and nowhere else: `list`, `outdated`, `verify` and
// "all" never show them, and no pattern protects them.
namespace codemate::rules {

bool is_own_name(const ModelName&); // any of those below

// What was installed before, and helpers of an exchange: NAME:TAG.codemate-<utc>-<12 hex>, such as
// qwen2.5-coder:7b.codemate-20261122t120000z-0123456789ab.
struct SnapshotName {
    ModelName of; // a tag of more than 41 bytes is shortened in it: a tag has at most 80, and the rest takes 39
    Time made;    // to the second
    std::string digest_id; // 12 hexadecimal digits

    bool is_of(const ModelName&) const; // also where the tag is shortened; letter case as the server: ignored
};

ModelName snapshot_name(const ModelName& of, Time now, const Digest&);
// The same, a little later where another process, or this one, has taken the name in this very second.
ModelName free_snapshot_name(const ModelName& of, Time now, const Digest&, const std::vector<ollama::Installed>&);
std::optional<SnapshotName> parse_snapshot_name(const ModelName&); // nothing for every other name

// What is to take a model's place and has not proven itself yet: NAME:TAG.codemate-candidate-<12 hex>, such as
// mistral:latest.codemate-candidate-0123456789ab.
ModelName new_candidate_name(const ModelName& of); // another one each time
bool is_candidate_name(const ModelName&);

// The owner of names at a relay: codemate-<32 hex>, as in 127.0.0.1:41234/codemate-…/mistral:latest. Nobody can guess
// it; a server has such a name only while it pulls from the relay, or where that was cut off.
std::string new_relay_owner(); // another one each time
bool is_relay_name(const ModelName&);

} // namespace codemate::rules
