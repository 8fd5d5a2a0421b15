#include "lifecycle/pull/source.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {

using ollama::Installed;

bool Source::is_relayed() const {
    return rules::is_relay_name(name_);
}

bool Source::is_in(const std::vector<Installed>& installed) const {
    return rules::find(installed, name_) != nullptr;
}

void Source::go_through(ModelName relayed) {
    name_ = std::move(relayed);
    left_ = true;
}

void Source::pulled() {
    pulled_as_ = name_;
}

void Source::placed() {
    pulled_as_.reset();
}

bool Source::may_go(const Installed& pulled, const std::vector<Installed>& before, const Stop& stop) const {
    if (is_relayed() && step_.what != Step::Do::copy_installed) return true; // nobody else knows it
    if (step_.keep_source || is_in(before) || !pulled.digest) return false;
    const bool asked_for =
        std::ranges::any_of(plan_.steps, [&](const Step& other) { return other.name.same_on_server(name_); });
    if (asked_for) return false;
    const std::vector<Installed> now = ports_.server.installed(stop);
    const Installed* same = rules::find(now, name_);
    return same != nullptr && same->digest == pulled.digest;
}

void Source::remove(const Stop& stop) {
    try {
        ports_.server.remove(name_, stop);
        left_ = false;
    } catch (const Error& error) {
        left_ = error.kind() != Kind::not_found;
        if (left_) account_.note("the helper name " + name_.display() + " could not be removed: " + error.message());
    }
}

void Source::remove_if_there(const Stop& stop) {
    try {
        // One of a model that the server cannot read is there, and not listed.
        left_ = is_relayed() || is_in(ports_.server.installed(stop));
        if (left_) remove(stop);
    } catch (const Error& error) {
        diagnostics::info(error.message());
    }
}

} // namespace codemate::lifecycle::pull
