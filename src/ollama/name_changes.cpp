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
            if (call == most_calls || !is_of_a_changing_place(error)) throw;
            diagnostics::info(error.message() + "; asked for again");
        }
    }
}

bool is_of_a_changing_place(const Error& error) {
    const std::string& text = error.message();
    if (error.kind() != Kind::storage || !has(text, "/manifests/")) return false;
    return has(text, "no such file or directory") || has(text, "directory not empty");
}

} // namespace codemate::ollama
