#include "cli/consent.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/ui/prompt.hpp"

#include <unistd.h>

namespace codemate::cli {

bool can_be_asked() {
    return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
}

namespace {

template<typename Ask>
Consent consent_by(Ask&& ask, bool given) {
    if (given) return Consent::given;
    if (!can_be_asked()) return Consent::nobody_to_ask;
    return ask() ? Consent::given : Consent::declined;
}

} // namespace

Consent consent(const std::string& question, bool given, Wiring& wiring) {
    return consent_by([&] { return ui::ask(question, wiring.err(), STDIN_FILENO, wiring.stop()); }, given);
}

bool is_confirmed(const std::string& question, bool given, Wiring& wiring) {
    const Consent answer = consent(question, given, wiring);
    if (answer == Consent::declined) throw Error(Kind::refused, "not confirmed; nothing was changed");
    return answer == Consent::given;
}

Consent consent_by_typing(const std::string& word, const std::string& question, bool given, Wiring& wiring) {
    return consent_by([&] { return ui::ask_to_type(word, question, wiring.err(), STDIN_FILENO, wiring.stop()); },
                      given);
}

} // namespace codemate::cli
