#pragma once

#include "codemate/base/bytes.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace codemate {

// Last argument of everything that can wait. A wait that is stopped throws Interrupted.
using Stop = std::stop_token;

// The user asked to stop. No Error on purpose: nothing went wrong, and `catch (const Error&)` must not swallow it.
class Interrupted {};

void throw_if_stopped(const Stop&);

// What use cases tell about their progress, one flat form for all of them. The events are the truth: a count may go
// down. Every begin gets its end, also after a stop. An empty item means the whole.
struct Event {
    enum class Type {
        begin,  // the item starts; text: what will be done ("pulling from x"), total if known
        stage,  // text: what it is doing now ("verifying sha256 digest")
        amount, // done and total of the item; total 0: unknown
        note,   // text: something worth a line of its own
        end,    // text: how it ended ("pulled 4.1 GB in 12s"), failed or not
    };
    Type type = Type::note;
    std::string item;
    std::string text;
    ByteCount done;
    ByteCount total;
    bool failed = false; // of end only
};

using EventSink = std::function<void(const Event&)>;

// What accompanies a use case from outside: how it is stopped, and who is told.
struct Run {
    Stop stop;
    EventSink events;
};

} // namespace codemate
