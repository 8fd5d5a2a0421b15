#include "ollama/name_changes.hpp"

#include "codemate/base/diagnostics.hpp"

#include <string>
#include <string_view>

namespace codemate::ollama {
namespace {

constexpr int most_calls = 3;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

void NameChanges::one(const std::function<void(bool again)>& change) {
    const std::lock_guard lock(mutex_);
    beside_others(change);
}

void NameChanges::beside_others(const std::function<void(bool again)>& change) {
    for (int call = 1;; ++call) {
        try {
            return change(call > 1);
        } catch (const Error& error) {
            if (call == most_calls || !is_of_a_place_that_went(error)) throw;
            diagnostics::info(error.message() + "; asked for again");
        }
    }
}

bool is_of_a_place_that_went(const Error& error) {
    const std::string& text = error.message();
    return error.kind() == Kind::storage && has(text, "/manifests/") && has(text, "no such file or directory");
}

} // namespace codemate::ollama
