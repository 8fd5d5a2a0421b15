#include "cli/consent.hpp"

#include "cli/wiring.hpp"

#include "codemate/ui/prompt.hpp"

#include <unistd.h>

namespace codemate::cli {

Consent consent(const std::string& question, bool given, Wiring& wiring) {
    if (given) return Consent::given;
    const bool somebody = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
    if (!somebody) return Consent::nobody_to_ask;
    return ui::ask(question, wiring.err(), STDIN_FILENO, wiring.stop()) ? Consent::given : Consent::declined;
}

} // namespace codemate::cli
