#pragma once

#include "support/raw_http.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codemate::test {

// One recorded exchange with a real server (tests/data/captures).
struct Recording {
    std::string scenario;
    RawRequest request;
    RawReply reply;
};

// Nothing where that server's was not recorded.
std::optional<Recording> find_recording(const std::string& server, const std::string& scenario);

// How closely two replies have to agree.
enum class Agreement {
    text,    // the body's text, but for times
    shape,   // keys, their order, and types
    outcome, // a pull: the stages in their order, without the layers, of which small ones may be too quick to be seen
    events,  // that, and where layers show; how often is left open
    lines,   // a pull: line for line, but for digests and numbers
    answer,  // to a prompt: keys and types of its lines, of those that look alike only the first, and how it ended
};

// The reply in a form in which equal means equal: status, headers and body. `clean` replaces what differs by place.
std::string form_of(const RawReply&, Agreement, const std::function<std::string(std::string)>& clean);

std::vector<std::string> lines_of(const RawReply&); // without a last half one

} // namespace codemate::test
