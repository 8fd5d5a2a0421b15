#pragma once

#include "codemate/base/time.hpp"
#include "codemate/ollama/types.hpp"

#include <string>

namespace codemate::lifecycle::pull {

// Whether the layer that a relayed pull is at has been waited for too long: nothing of it has come at all. The server
// does not say why: it may not get to where it was redirected, for which it tries a minute and longer while its events
// go on as ever (facts.md 5.1), or hang on to the download of another pull of that layer, from a relay that is gone. A
// layer that has moved at all is not judged here: then it is slow.
class WaitingLayer {
public:
    static constexpr Duration patience = std::chrono::seconds(6);

    bool too_long(const ollama::PullEvent&, SteadyTime now);

private:
    enum class Layer { none, waits, moves } layer_ = Layer::none;
    std::string name_;
    ByteCount first_;
    SteadyTime since_{};
};

} // namespace codemate::lifecycle::pull
