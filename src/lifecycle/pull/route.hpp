#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <memory>
#include <optional>
#include <string>

namespace codemate::lifecycle::pull {

// The way from the server to a relay on this machine: found out once a run, with a name that the relay does not know,
// so that nothing is left on the server.
class Route {
public:
    Route(const Options& options, const Ports& ports) : options_(options), ports_(ports) {}

    // A relay that the server gets to. Throws Error{unreachable} with the ways out where it gets to none of the
    // addresses.
    std::unique_ptr<relay::Relay> open(const relay::Offer&, const Run&);

    // Makes the server pull what the relay offers. Where it does not get to what it is redirected to, its bytes go
    // through the relay, from then on for the whole run: it is told to go on, and `say` hears of it. Throws what
    // Server::pull() does, and of the source of a blob that was carried what went wrong there.
    void pull(relay::Relay&, const std::function<void(const ollama::PullEvent&)>& on_event,
              const std::function<void(std::string)>& say, const Stop&);

private:
    std::unique_ptr<relay::Relay> open_at(const std::string& address, relay::Offer);
    bool is_reached(const relay::Relay&, const Run&);
    Error no_way(const std::vector<std::string>& tried, const std::string& port) const;

    const Options& options_;
    const Ports& ports_;
    std::optional<std::string> address_; // that works
    bool carries_ = false;               // redirects have been found not to work
    std::string last_answer_;            // of a server that did not get there
};

} // namespace codemate::lifecycle::pull
