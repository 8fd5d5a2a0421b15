#pragma once

#include <map>
#include <mutex>
#include <string>

namespace codemate::lifecycle::pull {

// Who of several models that are pulled at once counts a layer that they share: the first to see it, as long as it is
// being pulled. The server fetches it once for all of them.
class LayerOwners {
public:
    bool is_mine(const std::string& layer, const void* model) {
        const std::lock_guard lock(mutex_);
        return owners_.try_emplace(layer, model).first->second == model;
    }
    void release(const void* model) {
        const std::lock_guard lock(mutex_);
        std::erase_if(owners_, [&](const auto& entry) { return entry.second == model; });
    }

private:
    std::mutex mutex_;
    std::map<std::string, const void*> owners_;
};

} // namespace codemate::lifecycle::pull
