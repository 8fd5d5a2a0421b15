#include "lifecycle/pull/memory.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"

namespace codemate::lifecycle::pull {

std::optional<state::Changes::Held> Memory::begin(const state::Change& change) {
    if (ports_.changes == nullptr) return std::nullopt;
    try {
        return ports_.changes->begin(change, run_.stop);
    } catch (const Error& error) {
        complain(error);
        return std::nullopt;
    }
}

Memory::Alone Memory::alone(const ModelName& name, const std::function<void(std::string)>& say) {
    if (ports_.changes == nullptr) return {};
    try {
        if (auto lock = ports_.changes->try_alone(options_.server, name)) return {std::move(lock)};
        say("waiting for another codemate that changes it");
        return {ports_.changes->alone(options_.server, name, run_.stop), true};
    } catch (const Error& error) { // no directory: nobody can be waited for
        complain(error);
        return {};
    }
}

void Memory::add(const state::Pulled& pulled) {
    if (ports_.journal == nullptr) return;
    try {
        ports_.journal->add(pulled, run_.stop);
    } catch (const Error& error) {
        complain(error);
    } catch (const Interrupted&) { // it was stopped in its very last step
        diagnostics::info("the journal was not written: interrupted");
    }
}

void Memory::complain(const Error& error) {
    diagnostics::info(error.message());
    if (complained_.exchange(true)) return;
    if (run_.events) run_.events({Event::Type::note, {}, "nothing of this is remembered: " + error.message(), {}, {}});
}

} // namespace codemate::lifecycle::pull
