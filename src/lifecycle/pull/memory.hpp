#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codemate::lifecycle::pull {

// What a run writes down of itself, from several threads. Best effort: what cannot be written is told once and stops
// nothing.
class Memory {
public:
    Memory(const Options& options, const Ports& ports, const Run& run) : options_(options), ports_(ports), run_(run) {}

    const std::string& server() const { return options_.server; }
    bool keeps_journal() const { return ports_.journal != nullptr; }

    // Before anything that would be invisible half done.
    std::optional<state::Changes::Held> begin(const state::Change&);
    void add(const state::Pulled&);

    // Waits until no other process changes the model, and says so. `waited`: the world may be another one now.
    struct Alone {
        std::unique_ptr<FileLock> lock;
        bool waited = false;
    };
    Alone alone(const ModelName&, const std::function<void(std::string)>& say);

private:
    void complain(const Error&);

    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    std::atomic<bool> complained_ = false;
};

} // namespace codemate::lifecycle::pull
