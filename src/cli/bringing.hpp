#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/lifecycle/pull.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/upstream/supply.hpp"

#include <functional>
#include <vector>

namespace codemate::cli {

class Wiring;

enum class Remember { pull, nothing }; // nothing: the name is a helper, and what it is for is told elsewhere

// Brings exactly one image to the server under a name, by a pull through a relay: what use cases that need a model
// brought get from the command line. What an earlier run left unchecked there is not relied on.
class Bringer {
public:
    Bringer(registry::Registry&, std::vector<Digest> unverified, Remember, Wiring&);

    // Throws Error, Interrupted.
    void operator()(const upstream::Delivery&, const Run&) const;

private:
    lifecycle::pull::Ports ports() const;

    registry::Registry& registry_;
    Remember remember_;
    Wiring& wiring_;
    lifecycle::pull::Options options_;
};

// Makes the server pull what the model's tag serves, whatever a lock says: to the candidate where it comes from another
// name than the model's, else under that; then `exposes` is called before. Nothing of it is remembered. Throws Error,
// Interrupted.
void pull_by_server(const ModelName&, const ModelName& candidate, const std::function<void()>& exposes, const Run&,
                    Wiring&);

} // namespace codemate::cli
