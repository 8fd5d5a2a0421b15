#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/ollama/server.hpp"

#include <utility>

namespace codemate::ollama {

std::optional<std::vector<Running>> running_if_told(Server& server, Stop stop) {
    try {
        return server.running(std::move(stop));
    } catch (const Error& error) {
        diagnostics::info("what is loaded is not known: " + error.message());
        return std::nullopt;
    }
}

} // namespace codemate::ollama
