#include "cli/waiting.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/error.hpp"

#include <algorithm>
#include <optional>

namespace codemate::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration longest_answer = 5s;
constexpr Duration between = 500ms;

// Nothing where it answers.
std::optional<Error> silence_of(ollama::Server& server, Duration left, const Stop& stop) {
    const Deadline deadline(stop, std::min(longest_answer, std::max<Duration>(left, 1ms)));
    try {
        server.version(deadline.stop());
        return std::nullopt;
    } catch (const Error& error) {
        if (error.kind() != Kind::unreachable && error.kind() != Kind::busy) throw;
        return error;
    } catch (const Interrupted&) {
        throw_if_stopped(stop);
        return Error(Kind::unreachable, "the server takes the connection and does not answer")
            .hint("it may be starting still; its own log says more");
    }
}

} // namespace

void wait_for_server(Duration span, Wiring& wiring) {
    const Stop stop = wiring.stop();
    const Clock& clock = wiring.clock();
    const SteadyTime end = clock.steady() + span;
    bool told = false;
    while (auto silence = silence_of(wiring.server(), end - clock.steady(), stop)) {
        const Duration left = end - clock.steady();
        if (left <= Duration{0}) throw silence->note("waited " + to_text(span) + " for it");
        if (!told) wiring.note("waiting for " + wiring.endpoint().text() + " for " + to_text(span));
        told = true;
        pause(std::min(between, left), stop);
    }
}

} // namespace codemate::cli
