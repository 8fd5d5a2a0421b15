#pragma once

#include "codemate/lifecycle/pull.hpp"

// What to say where something else came, or would come, than what was asked for.
namespace codemate::lifecycle::pull {

// The tag moved between look-up and download, or the server reaches another registry than codemate. `relayed`: it came
// through a relay, which serves nothing else than `wanted`.
Error other_content(const Step&, const std::optional<Digest>& got, const Digest& wanted, bool relayed);

// Found out before anything was fetched: the tag serves that instead of the step's pin.
Error moved_away(const Step&, const Digest& served);

// A known word beside the one that was typed and that the registry does not know; nothing where it was declared, or
// where none is like it.
std::optional<std::string> suggestion(const Step&, const Plan&);

} // namespace codemate::lifecycle::pull
