#pragma once

#include "relay/book.hpp"
#include "relay/front.hpp"
#include "relay/limits.hpp"
#include "relay/socket.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace codemate::relay {

// One client. All of it is the loop's (relay/loop.hpp), but for what carry() starts: that has a thread of its own,
// which alone writes to the socket until it has ended.
class Connection {
public:
    enum class State {
        reading,   // a request, or silence before one
        answering, // what takes no source
        waiting,   // to be carried, until fewer are
        carrying,
        closed,
    };

    Connection(Descriptor socket, const Limits& limits, SteadyTime now)
        : socket_(std::move(socket)), limits_(limits), until_(now + limits.head) {}

    State state() const { return state_; }
    const Descriptor& socket() const { return socket_; }
    bool is_strangers() const { return !known_; }
    bool is_idle() const { return state_ == State::reading && unread_.empty(); }
    bool is_ending() const { return state_ == State::carrying && carrier_.get_stop_token().stop_requested(); }
    std::optional<SteadyTime> until() const; // when it is closed if nothing happens

    // What the socket is ready for has been done when they return.
    void read(const Front&, Book&, SteadyTime now);
    void write(const Front&, Book&, SteadyTime now);
    void close(); // also in the middle of being carried

    struct Outside {
        registry::Registry& registry;
        Book& book;
        std::function<void()> ended; // called by the thread at its end
    };
    void carry(const Outside&);
    void end_carrying(const Front&, Book&, SteadyTime now); // after `ended`

private:
    void proceed(const Front&, Book&, SteadyTime now);
    bool take_request(const Front&, Book&, SteadyTime now);
    bool flush(SteadyTime now);
    void send_content(const Outside&, const Stop&);

    Descriptor socket_;
    const Limits& limits_;
    State state_ = State::reading;
    bool known_ = false; // has asked for a name that only we and the server know
    SteadyTime until_;
    std::string unread_;
    Reply reply_;
    std::size_t sent_ = 0;  // of its head and body
    bool complete_ = false; // what was carried; the thread's until it has ended
    std::jthread carrier_;  // last: it uses the others
};

} // namespace codemate::relay
