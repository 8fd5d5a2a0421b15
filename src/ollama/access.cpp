#include "codemate/ollama/access.hpp"

#include "ollama/netrc.hpp"

#include "codemate/base/base64.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::ollama {
namespace {

bool is_visible(char c) {
    return c > ' ' && c <= '~';
}

} // namespace

std::string authorization(const http::Url& endpoint, std::string_view api_key,
                          const std::function<std::string()>& read_netrc) {
    const std::string_view key = trimmed(api_key);
    if (endpoint.scheme != "https") {
        if (!key.empty()) diagnostics::info("OLLAMA_API_KEY is not sent to " + endpoint.text() + ": no https");
        return {};
    }
    if (!key.empty()) {
        if (!std::all_of(key.begin(), key.end(), is_visible)) {
            throw Error(Kind::usage,
                        "OLLAMA_API_KEY holds characters that no key can have, such as a space or a line break")
                .hint("set it to the key alone");
        }
        return "Bearer " + std::string(key);
    }
    const std::optional<Login> login = netrc_login(read_netrc(), endpoint.host);
    return login ? "Basic " + to_base64(login->user + ':' + login->password) : "";
}

} // namespace codemate::ollama
