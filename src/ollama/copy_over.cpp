#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ollama/removal.hpp"
#include "codemate/ollama/server.hpp"

#include <algorithm>

namespace codemate::ollama {

namespace {

const Installed* find(const std::vector<Installed>& installed, const ModelName& name) {
    const auto found =
        std::ranges::find_if(installed, [&](const Installed& each) { return each.name.same_on_server(name); });
    return found == installed.end() ? nullptr : &*found;
}

void copy_checked(Server& server, const Installed& source, const ModelName& destination, const Stop& stop) {
    server.copy(source.name, destination, stop);
    const auto now = server.installed(stop);
    const Installed* copy = find(now, destination);
    if (copy && copy->digest == source.digest) return;
    const std::string found = !copy ? "is not there" : "has " + (copy->digest ? copy->digest->text() : "no digest");
    throw Error(Kind::damaged, "the copy of " + quoted(source.name.display()) + " " + found +
                                   (source.digest ? " instead of " + source.digest->text() : ""));
}

void copy_new(Server& server, const Installed& source, const ModelName& destination, const Stop& stop) {
    try {
        copy_checked(server, source, destination, stop);
    } catch (const Error& error) {
        Error told = error;
        try {
            remove_if_there(server, destination, stop);
        } catch (const Error& second) {
            told.note("the copy could not be removed: " + second.message());
        }
        throw told;
    }
}

// The old model is back under its name and the spare is gone, each proven; or a note says where the old one is.
void step_back(Error& told, Server& server, const Installed& old, const ModelName& spare, const Stop& stop) {
    Installed kept = old;
    kept.name = spare;
    try {
        copy_checked(server, kept, old.name, stop);
    } catch (const Error& error) {
        told.note("the former " + quoted(old.name.display()) + " is kept as " + quoted(spare.display()) +
                  "; it could not be put back: " + error.message());
        return;
    }
    try {
        remove_if_there(server, spare, stop);
    } catch (const Error& error) {
        told.note(quoted(spare.display()) + " could not be removed: " + error.message());
    }
}

// The old model's layers belong to `spare` too while it is replaced: whichever way it ends, none is left without a
// name. Nothing is touched before the spare is proven, and the spare goes only when the name is.
void replace(Server& server, const Installed& source, const Installed& old, const ModelName& spare, const Stop& stop) {
    copy_new(server, old, spare, stop);
    try {
        copy_checked(server, source, old.name, stop);
    } catch (const Error& error) {
        Error told = error;
        step_back(told, server, old, spare, stop);
        throw told;
    }
    try {
        remove_if_there(server, spare, stop);
    } catch (const Error& error) {
        // The exchange has succeeded; a name that is left costs the old layers' space until it goes.
        diagnostics::warning(quoted(spare.display()) + " could not be removed: " + error.message());
    }
}

} // namespace

void copy_over(Server& server, const ModelName& source, const ModelName& destination, const ModelName& spare,
               const std::vector<Installed>& installed, Stop stop) {
    const Installed* from = find(installed, source);
    if (!from) throw Error(Kind::not_found, "the server has no " + quoted(source.display()));
    const Installed* old = find(installed, destination);
    if (old && (old == from || (old->digest && old->digest == from->digest))) return;
    if (find(installed, spare)) {
        throw Error(Kind::refused, quoted(spare.display()) + ", a name for the time of the exchange, is taken")
            .hint("it is left from an exchange that was cut short: look at it, then remove it");
    }
    throw_if_stopped(stop);
    if (old) {
        replace(server, *from, *old, spare, stop);
    } else {
        copy_new(server, *from, destination, stop);
    }
}

} // namespace codemate::ollama
