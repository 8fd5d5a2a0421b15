#pragma once

#include "relay/limits.hpp"
#include "relay/pace.hpp"

#include "codemate/relay/relay.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace codemate::relay {

// The rates that relays of one run hold, each once.
class Paces {
public:
    std::shared_ptr<Pace> of(const std::optional<ByteCount>& rate); // nullptr without a rate

private:
    std::mutex mutex_;
    std::map<ByteCount, std::shared_ptr<Pace>> paces_;
};

// As Relays::open(), with limits that a test can reach.
std::unique_ptr<Relay> open_relay(registry::Registry&, Offer, const Options&, Paces&, const Limits& = {});
std::unique_ptr<Relay> open_relay(registry::Registry&, Offer, const Options&, const Limits& = {});

} // namespace codemate::relay
