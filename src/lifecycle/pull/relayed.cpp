#include "lifecycle/pull/relayed.hpp"

#include "codemate/base/diagnostics.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {

upstream::Supply Relayed::supply_instead(const Error& refusal) const {
    diagnostics::info(refusal.message());
    const Ports& ports = shared_.ports;
    try {
        Image image = ports.registry->image(step_.origin, shared_.run.stop);
        const std::vector<ModelName> places{step_.origin};
        upstream::Supply supply =
            upstream::find_supply(std::move(image), places, {&ports.server, *ports.registry}, shared_.run);
        if (const auto obstacle = supply.obstacle()) throw *obstacle;
        account_.note("the server cannot pull from that registry; its layers come through codemate");
        return supply;
    } catch (const Error& error) {
        Error told = refusal;
        if (error.message() == refusal.message()) throw told;
        told.note("nor can codemate: " + error.message());
        throw told.hint(error.hint()); // what helps here helps codemate
    }
}

void Relayed::fetch(upstream::Supply supply, const std::function<void(const upstream::Supply&)>& fetch) const {
    if (discard_unverified(supply.image.blobs(), shared_.options.unverified)) supply = look_again(supply);
    try {
        return fetch(supply);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        diagnostics::info(error.message());
    }
    supply = look_again(supply);
    if (auto obstacle = supply.obstacle()) throw std::move(*obstacle);
    fetch(supply);
}

upstream::Supply Relayed::look_again(const upstream::Supply& supply) const {
    const Ports& ports = shared_.ports;
    return upstream::find_supply(supply.image, supply.places, {&ports.server, *ports.registry}, shared_.run);
}

bool Relayed::discard_unverified(const std::vector<Layer>& blobs, const std::vector<Digest>& unverified) const {
    std::vector<Layer> there;
    for (const Layer& blob : blobs) {
        const bool meant = std::ranges::find(unverified, blob.digest) != unverified.end();
        if (meant && shared_.ports.server.has_blob(blob.digest, shared_.run.stop)) there.push_back(blob);
    }
    if (there.empty()) return false;
    account_.note("what an attempt before this one left unchecked is fetched again");
    shared_.route.discard(there, shared_.run);
    return true;
}

} // namespace codemate::lifecycle::pull
