#pragma once

#include "codemate/lifecycle/prune.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/upstream/supply.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace codemate::lifecycle::prune {

// What is remembered of contents, and the registries: how a model comes back. Asked from several threads.
class Ways {
public:
    Ways(const Facts&, const manifest::Lock&, std::vector<state::Pulled>, const Ports&, const Run&);

    // The image of an installed model: by the store, the lock, the journal, a registry.
    std::optional<Image> image_of(const ollama::Installed&);
    WayBack way_back(const ollama::Installed&, std::optional<Image>); // asks the registry for each of its layers

private:
    void complete(WayBack&, const std::vector<ModelName>& asked, const upstream::Supply&);
    std::vector<ModelName> places_of(const ollama::Installed&) const; // best first
    std::vector<ModelName> that_answer(std::vector<ModelName>);
    void fell_silent(const std::vector<ModelName>& places, const std::string& why);

    const Facts& facts_;
    const manifest::Lock& lock_;
    std::vector<state::Pulled> pulled_;
    const Ports& ports_;
    const Run& run_;
    std::mutex mutex_;
    std::map<std::string, std::string> silent_; // hosts that did not answer, and what was said of it
};

} // namespace codemate::lifecycle::prune
