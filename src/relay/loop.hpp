#pragma once

#include "relay/connection.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace codemate::relay {

// Serves all connections of one listening socket: one thread does all that takes no source, so that strangers cost no
// thread, and each blob that is carried has one.
class Loop {
public:
    Loop(Descriptor listener, const Front&, Book&, registry::Registry&, const Limits&);

    void run(const Stop&); // until it is stopped; then all connections are closed, and nothing runs any more

private:
    using Number = std::uint64_t; // of a connection, in the order in which they came

    struct Polled;
    void serve(const Polled&, SteadyTime now);
    void serve(Connection&, short events, SteadyTime now);
    void take_ended(SteadyTime now);
    void accept_all(SteadyTime now);
    bool make_room();
    void tidy(SteadyTime now);
    void start_carriers();
    int patience(SteadyTime now) const;
    void finish();

    Descriptor listener_;
    const Front& front_;
    Book& book_;
    registry::Registry& registry_;
    const Limits limits_;
    Bell bell_;
    SteadyTime accepting_from_{}; // after there was no descriptor left
    Number next_ = 0;
    std::mutex mutex_;
    std::vector<Number> ended_; // carriers; theirs and ours
    std::map<Number, Connection> connections_;
};

} // namespace codemate::relay
