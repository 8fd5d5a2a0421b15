#include "ollama/name_changes.hpp"

#include "ollama/error_text.hpp"

#include "codemate/base/diagnostics.hpp"

namespace codemate::ollama {
namespace {

constexpr int most_calls = 3;

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
    return error.kind() == Kind::storage && changed_place(error.message()) != ChangedPlace::none;
}

} // namespace codemate::ollama
