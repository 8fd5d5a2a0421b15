#pragma once

#include "codemate/ollama/server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace codemate::test {

// A server, and a registry that it can reach, with some models on it: what the contract is tried on.
class World {
public:
    virtual ~World() = default;
    virtual ollama::Server& server() = 0;

    struct Image {
        Digest digest;
        ByteCount size;
    };

    // On the world's registry: "first" and "second" are different, "big" has a few megabytes; nothing else is there.
    virtual ModelName name(std::string_view model) const = 0;
    virtual Image image(std::string_view model) const = 0;
    virtual Digest blob(std::string_view model) const = 0; // its first layer, no other model's
    virtual ModelName unreachable() const = 0;             // on a registry where nobody listens

    virtual void load(const ModelName& installed) = 0; // into the server's memory

    virtual void slow_down() = 0; // the registry sends "big" slowly
    virtual void hurry() = 0;

    // Blobs that no model has; nothing if that cannot be seen.
    virtual std::optional<std::size_t> orphans() const = 0;
};

std::vector<std::string> worlds(); // "fake", "sandbox", and "real" if there is one
std::unique_ptr<World> make_world(std::string_view);

} // namespace codemate::test
