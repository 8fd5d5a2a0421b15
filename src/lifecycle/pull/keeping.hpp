#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/ollama/server.hpp"

#include <optional>
#include <vector>

namespace codemate::lifecycle::pull {

// Keeps what a pull towards a pin replaces, under snapshot names: a copy costs no bytes, and holds the layers that the
// server would remove with the name's old content.
class Keeping {
public:
    Keeping(ollama::Server& server, const Clock& clock) : server_(server), clock_(clock) {}

    void keep(const ollama::Installed&, Stop);

    // As if nothing had happened: the name has again what was kept of it, or is gone where nothing was. True if
    // something was put back. Throws Error{failed} where it could not be kept, having no digest.
    bool take_back(const ModelName&, Stop);

    // Removes the snapshots of names that still have what they had. What cannot be removed stays, with a warning.
    void drop_needless(Stop);

    std::vector<ModelName> names() const;

private:
    struct Kept {
        ollama::Installed of;
        ModelName as;
    };
    ollama::Server& server_;
    const Clock& clock_;
    std::vector<Kept> kept_;
    std::vector<ModelName> without_digest_;
};

} // namespace codemate::lifecycle::pull
