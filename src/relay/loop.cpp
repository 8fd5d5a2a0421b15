#include "relay/loop.hpp"

#include <algorithm>
#include <poll.h>
#include <system_error>

namespace codemate::relay {

namespace {

using State = Connection::State;

constexpr int most_accepted_at_once = 64; // those that are here already get their turn too
constexpr auto without_descriptors = std::chrono::milliseconds(100);

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

// Of a connection that is carried only its end is of interest here.
short events_for(const Connection& connection) {
    switch (connection.state()) {
    case State::reading:
        return POLLIN;
    case State::answering:
        return POLLOUT;
    case State::waiting:
    case State::carrying:
        return POLLRDHUP;
    case State::closed:
        break;
    }
    return 0;
}

} // namespace

struct Loop::Polled {
    std::vector<pollfd> sockets; // the bell, the listener, connections
    std::vector<Number> numbers; // of the latter

    Polled(const Loop& loop, SteadyTime now) {
        sockets.push_back({loop.bell_.number(), POLLIN, 0});
        const bool accepts = now >= loop.accepting_from_;
        sockets.push_back({accepts ? loop.listener_.number() : -1, POLLIN, 0});
        for (const auto& [number, connection] : loop.connections_) {
            // One whose end was seen stays until its carrier has noticed it: asked again, it would say so at once.
            const bool ending = connection.is_ending();
            sockets.push_back({ending ? -1 : connection.socket().number(), events_for(connection), 0});
            numbers.push_back(number);
        }
    }
};

Loop::Loop(Descriptor listener, const Front& front, Book& book, registry::Registry& registry, const Limits& limits)
    : listener_(std::move(listener)), front_(front), book_(book), registry_(registry), limits_(limits) {}

void Loop::run(const Stop& stop) {
    const std::stop_callback wake(stop, [this] { bell_.ring(); });
    while (!stop.stop_requested()) {
        const SteadyTime before = steady_now();
        Polled polled(*this, before);
        ::poll(polled.sockets.data(), polled.sockets.size(), patience(before));
        if (stop.stop_requested()) break;
        try {
            serve(polled, steady_now());
        } catch (const std::exception& error) { // no memory: those who are here may still be served
            book_.note_failure(Error(Kind::defect, error.what()));
        }
    }
    finish();
}

void Loop::serve(const Polled& polled, SteadyTime now) {
    if (polled.sockets[0].revents != 0) bell_.quiet();
    for (std::size_t i = 0; i < polled.numbers.size(); ++i) {
        const short events = polled.sockets[i + 2].revents;
        if (events != 0) serve(connections_.at(polled.numbers[i]), events, now);
    }
    take_ended(now);
    tidy(now);
    if (polled.sockets[1].revents != 0) accept_all(now);
    start_carriers();
}

void Loop::serve(Connection& connection, short events, SteadyTime now) {
    if (connection.state() == State::reading)
        connection.read(front_, book_, now);
    else if (connection.state() == State::answering && (events & POLLOUT) != 0)
        connection.write(front_, book_, now);
    else
        connection.close(); // its client has gone, which ends what is read for it
}

void Loop::take_ended(SteadyTime now) {
    std::vector<Number> ended;
    {
        const std::lock_guard lock(mutex_);
        ended.swap(ended_);
    }
    for (const Number number : ended)
        connections_.at(number).end_carrying(front_, book_, now);
}

void Loop::accept_all(SteadyTime now) {
    for (int i = 0; i < most_accepted_at_once; ++i) {
        Accepted accepted = accept_from(listener_);
        if (accepted.exhausted) {
            if (!make_room()) accepting_from_ = now + without_descriptors;
            return;
        }
        if (!accepted.socket) return;
        if (connections_.size() >= limits_.connections && !make_room()) {
            book_.note_refused_connection();
            continue; // closed here
        }
        connections_.try_emplace(next_++, std::move(accepted.socket), limits_, now);
    }
}

// The one that has been here longest without showing that it knows us, else the one that has been here longest and asks
// for nothing.
bool Loop::make_room() {
    const auto stranger = std::ranges::find_if(connections_, [](const auto& each) {
        return each.second.is_strangers() && each.second.state() == State::reading;
    });
    const auto idle = std::ranges::find_if(connections_, [](const auto& each) { return each.second.is_idle(); });
    const auto goes = stranger != connections_.end() ? stranger : idle;
    if (goes == connections_.end()) return false;
    if (goes == stranger) book_.note_refused_connection();
    connections_.erase(goes);
    return true;
}

void Loop::tidy(SteadyTime now) {
    for (auto& [number, connection] : connections_) {
        if (connection.until().value_or(now + std::chrono::hours(1)) <= now) connection.close();
    }
    std::erase_if(connections_, [](const auto& each) { return each.second.state() == State::closed; });
}

void Loop::start_carriers() {
    auto running = static_cast<std::size_t>(
        std::ranges::count_if(connections_, [](const auto& each) { return each.second.state() == State::carrying; }));
    for (auto& [number, connection] : connections_) {
        if (connection.state() != State::waiting) continue;
        if (running++ >= limits_.carriers) return;
        const auto ended = [this, number = number] {
            const std::lock_guard lock(mutex_);
            ended_.push_back(number);
            bell_.ring();
        };
        try {
            connection.carry({registry_, book_, ended});
        } catch (const std::system_error&) { // no thread is to be had now; the client asks again
            connection.close();
        }
    }
}

int Loop::patience(SteadyTime now) const {
    SteadyTime first = now + std::chrono::hours(1);
    if (accepting_from_ > now) first = std::min(first, accepting_from_);
    for (const auto& [number, connection] : connections_)
        first = std::min(first, connection.until().value_or(first));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::max<Duration>(first - now, Duration::zero()));
    return static_cast<int>(left.count());
}

// All are told before one is waited for.
void Loop::finish() {
    for (auto& [number, connection] : connections_)
        connection.close();
    connections_.clear();
}

} // namespace codemate::relay
