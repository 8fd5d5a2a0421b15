#include "cli/commands/pull/lookups.hpp"

#include "codemate/base/random.hpp"
#include "codemate/registry/patient.hpp"

namespace codemate::cli::pull {

std::unique_ptr<registry::Registry> for_lookups(registry::Registry& registry, int retries, Places places,
                                                Wiring& wiring) {
    registry::Patience patience;
    patience.retries = retries;
    patience.one_place = places == Places::one_for_all;
    patience.random = &random_fraction;
    patience.note = [&progress = wiring.progress()](const std::string& text) {
        progress.handle({Event::Type::note, {}, text, {}, {}});
    };
    return registry::patient(registry, std::move(patience));
}

} // namespace codemate::cli::pull
