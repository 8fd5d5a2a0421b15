#include "lifecycle/doctor/secrets.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::doctor {
namespace {

bool names_a_secret(std::string_view name) {
    constexpr std::array words{"key", "token", "secret", "password", "passwd", "credential"};
    const std::string lower = to_lower(name);
    return std::ranges::any_of(words, [&](const char* word) { return lower.find(word) != lower.npos; });
}

} // namespace

std::string without_login(std::string_view address) {
    const std::size_t at = address.rfind('@');
    if (at == address.npos) return without_credentials(address);
    // What stands before a scheme's "//" is shown as far as it is one.
    const std::size_t slashes = address.substr(0, at).find("//");
    const std::string_view scheme = slashes == address.npos ? std::string_view() : address.substr(0, slashes);
    const bool has_scheme = slashes != address.npos &&
                            scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                     "+-.:\"' ") == scheme.npos &&
                            (scheme.empty() || scheme.find(':') == scheme.size() - 1);
    const std::string begin(has_scheme ? address.substr(0, slashes + 2) : std::string_view());
    if (begin.size() == at) return without_credentials(address);
    // A query may hold a key; it is told by the "//" before it.
    return begin + "…" + without_credentials("//" + std::string(address.substr(at))).substr(2);
}

std::string showable(std::string_view name, std::string_view value) {
    return names_a_secret(name) ? "…" : without_login(value);
}

} // namespace codemate::lifecycle::doctor
