#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/time.hpp"
#include "codemate/model/name.hpp"

#include <optional>
#include <string>

// Names of codemate's own on a server, for helpers of a moment and for snapshots: NAME:TAG.codemate-<utc>-<12 hex>,
// such as qwen2.5-coder:7b.codemate-20261122t120000z-0123456789ab. Made and recognised here and nowhere else.
namespace codemate::rules {

struct SnapshotName {
    ModelName of;          // its tag may be cut: a tag has at most 80 bytes, the suffix takes 39 of them
    Time made;             // to the second
    std::string digest_id; // 12 hexadecimal digits
};

ModelName snapshot_name(const ModelName& of, Time now, const Digest&);
std::optional<SnapshotName> parse_snapshot_name(const ModelName&); // nothing for every other name

} // namespace codemate::rules
