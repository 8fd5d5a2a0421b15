#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/lifecycle/pull.hpp"

#include <string>
#include <vector>

namespace codemate::lifecycle::pull {

// Keeps what a pull towards a pin replaces, under snapshot names: a copy costs no bytes, and holds the layers that the
// server would remove with the name's old content.
class Keeping {
public:
    Keeping(ollama::Server& server, const Clock& clock) : server_(server), clock_(clock) {}

    // Of the name as it stands in `installed`, which was just asked for; where it is not there, that is remembered. The
    // copy is proven to have that content: throws what ollama::copy_over() does, and nothing may be replaced then.
    void keep(const ModelName&, const std::vector<ollama::Installed>& installed, Stop);

    // As if nothing had happened: each name has again what it had, or is gone where nothing was. A name that has the
    // pin by now stays so. Returns what there is to say of it, also that it could not be done and which snapshot has
    // what was there. Throws nothing.
    std::vector<std::string> undo(const Pin&, Stop);

    // Removes the snapshots of names that still have what they had. Returns what there is to say. Throws nothing.
    std::vector<std::string> drop_needless(Stop);

    std::vector<ModelName> names() const;

    bool settled() const { return settled_; } // nothing that undo() or drop_needless() had to do went wrong

private:
    struct Kept {
        ModelName of;
        std::optional<ollama::Installed> was; // nothing: it was not there
        std::optional<ModelName> as;          // the snapshot; nothing also where the server had told no digest
    };
    void settle(Kept&, const Pin&, std::vector<std::string>& notes, const Stop&);

    ollama::Server& server_;
    const Clock& clock_;
    std::vector<Kept> kept_;
    bool settled_ = true;
};

} // namespace codemate::lifecycle::pull
