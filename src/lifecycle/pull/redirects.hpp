#pragma once

#include "codemate/base/time.hpp"
#include "codemate/ollama/types.hpp"

#include <cstdint>
#include <string>

namespace codemate::lifecycle::pull {

// Whether the server gets a layer where a relay has sent it. It does not say so: it tries for a minute and longer,
// while its events go on as ever (facts.md 5.1). A layer that has moved at all is not judged here: then it is slow.
class Redirects {
public:
    static constexpr Duration patience = std::chrono::seconds(6);

    // `redirected`: layers that the relay has sent elsewhere so far. True: nothing of the layer in hand has come for
    // too long.
    bool failing(const ollama::PullEvent&, std::uint64_t redirected, SteadyTime now);

private:
    enum class Layer { none, waits, moves } layer_ = Layer::none;
    std::string name_;
    ByteCount first_;
    SteadyTime since_{};
};

} // namespace codemate::lifecycle::pull
