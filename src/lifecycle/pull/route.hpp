#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace codemate::lifecycle::pull {

// The way from the server to a relay on this machine: found out once a run, with a name that the relay does not know,
// so that nothing is left on the server. Of several threads the first one finds it out, the others wait for that.
class Route {
public:
    Route(const Options& options, const Ports& ports) : options_(options), ports_(ports) {}

    // A relay that the server gets to. Throws Error{unreachable} with the ways out where it gets to none of the
    // addresses.
    std::unique_ptr<relay::Relay> open(const relay::Offer&, const Run&);

    // Whether the server gets to one; the offer is what it would serve.
    bool leads_here(const relay::Offer&, const Run&);

    // Makes the server remove what it has of these blobs and no model needs: they become a model for a moment, which is
    // removed. Throws what a pull and a removal do.
    void discard(const std::vector<Layer>&, const Run&);

    // Whether the server is known not to get to where it is redirected: found out once a run.
    std::atomic<bool>& carries() { return carries_; }

private:
    std::unique_ptr<relay::Relay> find(const relay::Offer&, const Run&); // nullptr: there is no way
    std::unique_ptr<relay::Relay> open_at(const std::string& address, relay::Offer);
    bool is_reached(const relay::Relay&, const Run&);
    Error no_way() const;

    const Options& options_;
    const Ports& ports_;
    std::mutex mutex_;
    std::optional<std::string> address_; // that works
    std::vector<std::string> tried_;     // addresses, in vain
    bool is_known_ = false;              // which address works, or that none does
    std::string port_ = "41234";         // of the last relay that was tried
    std::atomic<bool> carries_ = false;  // redirects have been found not to work
    std::string last_answer_;            // of a server that did not get there
};

} // namespace codemate::lifecycle::pull
