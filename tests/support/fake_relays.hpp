#pragma once

#include "support/fake_server.hpp"

#include "codemate/relay/relay.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace codemate::test {

// Relays from which a FakeServer can pull, without a socket: its pulls of a relay's names ask the offer. A blob that
// the server lacks and that has no source ends the pull with "file does not exist". Outlived by the server.
class FakeRelays final : public relay::Relays {
public:
    explicit FakeRelays(FakeServer& server) : server_(server) {}

    // Where the server gets to; else a pull says "connection refused". At first 127.0.0.1 alone.
    void reachable_at(std::set<std::string> addresses) { reachable_ = std::move(addresses); }
    void bindable(std::set<std::string> addresses) { bindable_ = std::move(addresses); } // empty, as at first: any
    // The server does not get to where it is redirected: it stays with such a blob until it is left or gives up. What
    // is carried comes.
    void lose_redirects() { redirects_lost_ = true; }
    void fail_carrying(Error error) { carrying_fails_ = std::move(error); } // then the server sees cut connections

    // What was opened so far, in that order.
    struct Opened {
        relay::Offer offer;
        relay::Options options;
        ModelName name;
        bool carried_everything = false; // was asked to
        bool closed = false;
        relay::Traffic traffic = {};
    };
    std::vector<Opened> opened() const;

    std::unique_ptr<relay::Relay> open(relay::Offer, relay::Options) override;

private:
    class Side;
    class FakeRelay;

    FakeServer& server_;
    std::set<std::string> reachable_{"127.0.0.1"}, bindable_;
    bool redirects_lost_ = false;
    std::optional<Error> carrying_fails_;
    std::vector<std::shared_ptr<Side>> sides_;
    std::uint16_t next_port_ = 41234;
};

} // namespace codemate::test
