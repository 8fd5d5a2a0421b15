#pragma once

#include "codemate/ollama/server.hpp"

#include <cstddef>
#include <vector>

namespace codemate::ollama {

// What a server lists, with what is left out of it.
struct Listing {
    std::vector<Installed> models; // as Server::installed() gives them
    std::size_t unusable = 0;      // entries whose name no model can have
};

// A server that counts what it leaves out.
class Lister {
public:
    virtual ~Lister() = default;
    virtual Listing listing(Stop) = 0; // throws what Server::installed() does
};

Listing list(Server&, Stop); // of a server that is no Lister nothing is known to be left out

} // namespace codemate::ollama
