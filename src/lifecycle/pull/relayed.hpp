#pragma once

#include "lifecycle/pull/account.hpp"
#include "lifecycle/pull/transfer.hpp"

#include "codemate/lifecycle/pull.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace codemate::lifecycle::pull {

// What a content that comes through a relay takes beside the pull itself: where its layers are, and that nothing is
// relied on which an earlier attempt left unchecked.
class Relayed {
public:
    Relayed(const Step& step, Shared& shared, Account& account) : step_(step), shared_(shared), account_(account) {}

    // Of what the tag serves, where the server cannot pull from its registry. Throws what the server said where
    // codemate gets no further.
    upstream::Supply supply_instead(const Error& refusal) const;

    // Of what the tag serves, so that a relay may hold the rate. Nothing, which is noted, where there is no way from
    // the server to a relay, or from codemate to the registry. Throws Error{not_found} for a tag that is not there.
    std::optional<upstream::Supply> supply_to_limit() const;

    // Calls `fetch` with the supply, and once more with what is found then where a layer has gone meanwhile.
    void fetch(upstream::Supply, const std::function<void(const upstream::Supply&)>& fetch) const;

    // A server takes for good what it has fetched for a pull that ended before it was hashed (facts.md 4.4). True: some
    // of these blobs were there, and the server has been made to remove them.
    bool discard_unverified(const std::vector<Layer>& blobs, const std::vector<Digest>& unverified) const;

private:
    upstream::Supply supply_of_tag() const;
    upstream::Supply look_again(const upstream::Supply&) const;

    const Step& step_;
    Shared& shared_;
    Account& account_;
};

} // namespace codemate::lifecycle::pull
