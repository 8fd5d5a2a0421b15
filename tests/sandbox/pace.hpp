#pragma once

#include "sandbox/message.hpp"
#include "sandbox/name.hpp"
#include "sandbox/world.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// How long answers take: figures that the faults ask for, and the waiting for a place at the model.
namespace codemate::sandbox {

class Pace {
public:
    Pace(World& world, std::string path, const Name& name) : world_(world), occasion_{std::move(path), name} {}

    std::chrono::nanoseconds load() const;
    std::chrono::nanoseconds prefill(std::uint64_t tokens) const;
    std::chrono::nanoseconds decode(std::uint64_t tokens) const;
    std::chrono::nanoseconds first_token() const; // beside all figures
    Runners::Limits limits() const;
    bool strikes(std::string_view fault) const { return world_.faults.strike(fault, occasion_).has_value(); }

private:
    std::uint64_t number(std::string_view fault, std::uint64_t usual) const;
    std::chrono::nanoseconds duration(std::string_view fault, std::chrono::nanoseconds usual) const;

    World& world_;
    Occasion occasion_;
};

// Somebody's turn at a model.
class Place {
public:
    Place(Runners::Turn turn, std::chrono::nanoseconds queued) : turn_(std::move(turn)), queued_(queued) {}

    Runners::Runner& runner() const { return **turn_; }
    void leave() { turn_.reset(); } // the next one may come

    // Until the model is there as it has to be. What that is told to have taken, queueing included.
    std::chrono::nanoseconds load(World&, const Loaded&, const Pace&);

private:
    std::optional<Runners::Turn> turn_;
    std::chrono::nanoseconds queued_;
};

// Throws Refusal: 503 where too many wait, 499 where nobody does any more. PullCanceled when the server stops.
std::shared_ptr<Place> take_place(World&, const Loaded&, const Pace&, const Request&);

void wait_until(World&, std::chrono::steady_clock::time_point); // PullCanceled when the server stops

} // namespace codemate::sandbox
