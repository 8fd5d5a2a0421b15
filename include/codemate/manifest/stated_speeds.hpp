#pragma once

#include "codemate/manifest/manifest.hpp"
#include "codemate/model/name.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Speeds that a project states of its models. Nobody knows how they were measured, so they are shown beside what
// codemate measures, and never mixed into it.
namespace codemate::manifest {

struct StatedSpeed {
    std::string processor, hardware, memory; // "cpu", "Intel i7-12700K", "32GB": as written, not yet fit for a terminal
    std::optional<double> decode_tps;        // tokens of an answer a second
    std::optional<double> ttft_ms_min, ttft_ms_max; // until the first token, of any model on that hardware
};

// Of each model, in the order of the text.
using StatedSpeeds = std::map<ModelName, std::vector<StatedSpeed>, ServerOrder>;

// What codemate.releases.json states; `what` names it in errors. Pure. Error{manifest} with the place of a mistake.
StatedSpeeds parse_stated_speeds(std::string_view text, std::string_view what);

// Those of the codemate.releases.json beside the manifest, none where there is no such file; those of the built-in set
// where that is the manifest. Error{manifest, storage}.
StatedSpeeds load_stated_speeds(const Origin&);

} // namespace codemate::manifest
