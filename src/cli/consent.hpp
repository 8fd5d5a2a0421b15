#pragma once

#include <string>

namespace codemate::cli {

class Wiring;

enum class Consent { given, declined, nobody_to_ask };

bool can_be_asked(); // somebody, at a terminal

// The one place that asks: `given` already (by --yes, or an option that says it), else a question on the terminal,
// which has to be one for input and for stderr. Throws Interrupted.
Consent consent(const std::string& question, bool given, Wiring&);

// Whether it is given; false where nobody can be asked. Throws Error{refused} where it is declined, Interrupted.
bool is_confirmed(const std::string& question, bool given, Wiring&);

// consent() for what a rule forbids: the word has to be typed.
Consent consent_by_typing(const std::string& word, const std::string& question, bool given, Wiring&);

} // namespace codemate::cli
