#include "lifecycle/pull/relayed.hpp"

#include "lifecycle/pull/places.hpp"

#include "codemate/base/diagnostics.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {

upstream::Supply Relayed::supply_of_tag() const {
    const Ports& ports = shared_.ports;
    Image image = ports.registry->image(step_.origin, shared_.run.stop);
    const std::vector<ModelName> places{step_.origin};
    upstream::Supply supply = upstream::find_supply(
        std::move(image), places, {&ports.server, *ports.registry, where(shared_.options)}, shared_.run);
    if (const auto obstacle = supply.obstacle()) throw *obstacle;
    return supply;
}

std::optional<upstream::Supply> Relayed::supply_to_limit() const {
    constexpr std::string_view average = "; the rate is held on average, by leaving the stream and opening it again";
    if (shared_.ports.relays == nullptr || shared_.ports.registry == nullptr) return std::nullopt;
    try {
        upstream::Supply supply = supply_of_tag();
        if (shared_.route.leads_here({supply.image, step_.name, supply.sources}, shared_.run)) return supply;
        account_.note("the server does not get to codemate" + std::string(average));
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) throw;
        account_.note("codemate cannot read the model's layers (" + error.message() + ")" + std::string(average));
    }
    return std::nullopt;
}

upstream::Supply Relayed::supply_instead(const Error& refusal) const {
    diagnostics::info(refusal.message());
    try {
        upstream::Supply supply = supply_of_tag();
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
    return upstream::find_supply(supply.image, supply.places, {&ports.server, *ports.registry, where(shared_.options)},
                                 shared_.run);
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
