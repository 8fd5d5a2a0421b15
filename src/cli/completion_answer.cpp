#include "cli/completion.hpp"
#include "cli/exit_status.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/base/time.hpp"
#include "codemate/rules/own_names.hpp"

#include <algorithm>
#include <csignal>
#include <set>
#include <sys/time.h>
#include <unistd.h>

namespace codemate::cli {
namespace {

constexpr Duration usual_wait = std::chrono::milliseconds(300);

// Only such words are offered: no shell takes them for anything but a word.
bool is_plain(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._:/@-").find(c) != std::string_view::npos;
    });
}

std::string line_of(const Suggestion& suggestion) {
    return suggestion.word + "\t" + suggestion.help + "\n";
}

// The names that are known here, each once.
class Offer {
public:
    explicit Offer(const Sought& sought) : sought_(sought) {}

    void add(const std::string& name, std::string help) {
        if (!name.starts_with(sought_.typed) || !is_plain(name) || !told_.insert(name).second) return;
        lines_ += line_of({sought_.before + name, printable(help, 100)});
    }
    std::string take() { return std::exchange(lines_, {}); }

private:
    const Sought& sought_;
    std::set<std::string> told_;
    std::string lines_;
};

void add_declared(Offer& offer, const Names& names, Wiring& wiring) {
    const manifest::Manifest& manifest = wiring.manifest();
    if (names.groups) {
        offer.add("default", "the required set");
        for (const auto& [group, members] : manifest.groups)
            offer.add(group, "group of " + std::to_string(members.size()));
    }
    if (names.roles) {
        for (const std::string& role : manifest.role_order)
            offer.add(role, "role of " + manifest.roles.at(role).display());
    }
    if (names.declared) {
        for (const auto& [name, declared] : manifest.models)
            offer.add(name.display(), "declared");
    }
}

void add_installed(Offer& offer, Wiring& wiring) {
    for (const ollama::Installed& model : wiring.server().installed(wiring.stop())) {
        if (!rules::is_own_name(model.name)) offer.add(model.name.display(), "installed, " + to_string(model.size));
    }
}

Duration time_for_server(const ui::Getenv& getenv) {
    const char* given = getenv("CODEMATE_COMPLETION_WAIT");
    try {
        if (given != nullptr && *given != '\0') return parse_duration(given);
    } catch (const Error&) { // nobody could be told of it
    }
    return usual_wait;
}

// Ends the program, well, when the time has passed, whatever it is at: a stop is not enough, as looking up a name that
// no name server answers cannot be stopped. What is known without the server has been written before.
void end_after(Duration time) {
    std::signal(SIGALRM, [](int) { ::_exit(done); });
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    ::itimerval timer{};
    timer.it_value.tv_sec = microseconds / 1'000'000;
    timer.it_value.tv_usec = static_cast<::suseconds_t>(std::max<long>(microseconds % 1'000'000, 1));
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

std::string beginning(const Sought& sought) {
    std::string text = sought.names.files ? ":files\n" : sought.names.directories ? ":directories\n" : ":words\n";
    for (const Suggestion& suggestion : sought.suggestions)
        text += line_of(suggestion);
    return text;
}

// Neither a broken manifest nor a server that is away is anything that a prompt should tell.
template<typename Function>
void quietly(Function function) {
    try {
        function();
    } catch (const Error&) {
    } catch (const Interrupted&) {
    } catch (const std::exception&) {
    }
}

} // namespace

int complete(std::span<const std::string> words, const ui::Getenv& getenv, const Signals& signals) {
    quietly([&] {
        const Sought line = sought(words);
        Wiring wiring(line.global, getenv, signals);
        Offer offer(line);
        wiring.out().write(beginning(line));
        quietly([&] { add_declared(offer, line.names, wiring); });
        wiring.out().write(offer.take());
        if (!line.names.installed) return;
        end_after(time_for_server(getenv));
        quietly([&] { add_installed(offer, wiring); });
        wiring.out().write(offer.take());
    });
    return done;
}

} // namespace codemate::cli
