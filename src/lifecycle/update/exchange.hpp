#pragma once

#include "codemate/lifecycle/update.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::lifecycle::update {

// The content under one name, exchanged for another with a way back: the old one is kept as a snapshot until the lock
// has the new one. Undone, the name has what it had.
class Exchange {
public:
    Exchange(const Step& step, const Options& options, const Ports& ports)
        : step_(step), options_(options), ports_(ports) {}

    // Right before something is changed: Error{failed} where the name has another content than when it was planned.
    void throw_if_changed(const std::vector<ollama::Installed>&) const;

    // Before anything is fetched: the lock can be written, and its entry is as it was planned. Throws as write_lock().
    void try_lock(Stop) const;

    void keep_old(const Stop&);                     // as a snapshot; nothing of a name that is new
    void put(const ModelName& source, const Stop&); // under the name
    void put_old_back(const Stop&);                 // from the snapshot, which stays
    void drop_snapshot(const Stop&);                // the one that was made
    void write_lock(const manifest::Locked&, Stop); // Error{failed} where somebody else has changed the entry since
    // One snapshot a model: those of earlier ones go, and without --no-snapshot this one stays. What cannot be removed
    // is told.
    std::vector<std::string> drop_others(const Stop&);

    // The name has what it had, and no snapshot of this exchange is left. Throws what the server does.
    void undo(const Stop&);

    void touched() { touched_ = true; }    // by somebody else: the name may have another content
    bool is_done() const { return done_; } // the lock, if one is in play, has the new content
    void done() { done_ = true; }
    const std::optional<ModelName>& kept_as() const { return kept_as_; }

private:
    void throw_if_moved(const manifest::Lock&) const;
    void copy_over(const ModelName& from, const ModelName& to, const Stop&) const;

    const Step& step_;
    const Options& options_;
    const Ports& ports_;
    std::optional<ModelName> kept_as_;
    bool touched_ = false; // the name may have another content than at first
    bool done_ = false;
};

} // namespace codemate::lifecycle::update
