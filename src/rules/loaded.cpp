#include "codemate/rules/loaded.hpp"

#include <algorithm>

namespace codemate::rules {

const ollama::Running* loaded_as(const ModelName& name, const std::optional<Digest>& digest,
                                 const std::vector<ollama::Running>& running) {
    const auto found = std::ranges::find_if(running, [&](const ollama::Running& each) {
        const bool same_content = each.digest && each.digest == digest;
        return same_content || each.name.same_on_server(name);
    });
    return found == running.end() ? nullptr : &*found;
}

} // namespace codemate::rules
