#include "codemate/ollama/removal.hpp"

#include "codemate/base/error.hpp"

namespace codemate::ollama {

void remove_if_there(Server& server, const ModelName& name, const Stop& stop) {
    try {
        server.remove(name, stop);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
    }
}

} // namespace codemate::ollama
