#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ollama/server.hpp"

#include <algorithm>

namespace codemate::ollama {

namespace {

const Installed* find(const std::vector<Installed>& installed, const ModelName& name) {
    const auto found =
        std::ranges::find_if(installed, [&](const Installed& each) { return each.name.same_on_server(name); });
    return found == installed.end() ? nullptr : &*found;
}

// Each step runs to its end whatever is asked meanwhile: they are quick, and half of them would leave two names in
// doubt.
const Stop to_the_end{};

void copy_checked(Server& server, const Installed& source, const ModelName& destination) {
    server.copy(source.name, destination, to_the_end);
    const auto now = server.installed(to_the_end);
    const Installed* copy = find(now, destination);
    if (copy && copy->digest == source.digest) return;
    const std::string found = !copy ? "is not there" : "has " + (copy->digest ? copy->digest->text() : "no digest");
    throw Error(Kind::damaged, "the copy of " + quoted(source.name.display()) + " " + found +
                                   (source.digest ? " instead of " + source.digest->text() : ""));
}

// For steps back: what fails then is told beside the first failure, not in its place.
void try_to(Error& first, const std::string& what, const std::function<void()>& step) {
    try {
        step();
    } catch (const Error& error) {
        first.note(what + ": " + error.message());
    }
}

void copy_new(Server& server, const Installed& source, const ModelName& destination) {
    try {
        copy_checked(server, source, destination);
    } catch (const Error& error) {
        if (error.kind() != Kind::damaged) throw;
        Error told = error;
        try_to(told, "the copy could not be removed", [&] { server.remove(destination, to_the_end); });
        throw told;
    }
}

// The old model's layers belong to `spare` too while it is replaced: whichever way it ends, none is left without a
// name.
void replace(Server& server, const Installed& source, const ModelName& destination, const ModelName& spare) {
    server.copy(destination, spare, to_the_end);
    try {
        copy_checked(server, source, destination);
        server.remove(spare, to_the_end);
    } catch (const Error& error) {
        Error told = error;
        bool restored = false;
        try_to(told, "the former " + quoted(destination.display()) + " stays as " + quoted(spare.display()), [&] {
            server.copy(spare, destination, to_the_end);
            restored = true;
        });
        if (restored) {
            try_to(told, quoted(spare.display()) + " could not be removed", [&] { server.remove(spare, to_the_end); });
        }
        throw told;
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
        replace(server, *from, old->name, spare);
    } else {
        copy_new(server, *from, destination);
    }
    throw_if_stopped(stop);
}

} // namespace codemate::ollama
