#pragma once

#include "relay/limits.hpp"

#include "codemate/relay/relay.hpp"

namespace codemate::relay {

// As Relays::open(), with limits that a test can reach.
std::unique_ptr<Relay> open_relay(registry::Registry&, Offer, const Options&, const Limits& = {});

} // namespace codemate::relay
