#pragma once

#include "sandbox/world.hpp"

#include <cstdint>
#include <memory>

namespace codemate::sandbox {

// The one that knows how HTTP is served.
class Listener {
public:
    Listener(World&, std::uint16_t port); // 0: any that is free; throws Error{unreachable} where it is taken
    ~Listener();

    std::uint16_t port() const;
    void run();  // until stop()
    void stop(); // from another thread: open connections are closed, run() returns

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace codemate::sandbox
