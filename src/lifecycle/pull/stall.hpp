#pragma once

#include "codemate/base/time.hpp"
#include "codemate/ollama/types.hpp"

#include <string>

namespace codemate::lifecycle::pull {

// Whether a pull stands still, by what moves: neither silence nor events tell. The server sends an event every 60 ms
// while nothing comes, and none for minutes while it hashes (facts.md 11, trap 6).
class Stall {
public:
    explicit Stall(Duration limit) : limit_(limit) {}

    // True: nothing has moved for too long. What came down and goes up again has not moved until it is higher than it
    // was. While the server hashes, the limit grows with what there is to hash, at 20 MB a second.
    bool on(const ollama::PullEvent&, SteadyTime now);

    bool moved() const { return moved_; } // bytes have come since the beginning
    Duration limit() const;               // of what it is doing now

private:
    using Stage = ollama::PullEvent::Stage;

    Duration limit_;
    Stage stage_ = Stage::resolving;
    std::string layer_, status_;
    ByteCount highest_, seen_; // of the layer in hand; of all layers
    SteadyTime since_{};
    bool began_ = false, moved_ = false;
};

} // namespace codemate::lifecycle::pull
