#include "cli/commands/pull/lock_consent.hpp"

#include "cli/consent.hpp"

#include "codemate/base/text.hpp"

namespace codemate::cli::pull {

std::optional<Error> objection_to(const Unconfirmed& content, Wiring& wiring) {
    if (content.reasons.empty()) return std::nullopt;
    for (const std::string& reason : content.reasons)
        wiring.note(printable(reason));
    if (is_confirmed(content.question, content.is_answered, wiring)) return std::nullopt;
    const std::string confirms = content.from_one_place ? "no tag there confirms" : "no tag confirms any more";
    return Error(Kind::refused,
                 "the lock asks for content that " + confirms + ", and nobody can be asked here; nothing was changed")
        .hint("--yes, or --locked, is the consent to install what codemate.lock says");
}

} // namespace codemate::cli::pull
