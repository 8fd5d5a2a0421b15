#pragma once

#include "lifecycle/benchmark/prompts.hpp"

#include "codemate/lifecycle/benchmark.hpp"

#include <variant>

namespace codemate::lifecycle::benchmark {

// One model, from not being loaded to its last warm run. What fails and what is stopped is in the item.
Item measure(const Step&, const Options&, const Ports&, const Run&);

// The same model on two servers, run by run in turn.
struct Pair {
    Item here, there;
};
Pair measure_in_turn(const Step& here, const Step& there, const Side&, const Side&, const Run&);

// Leaves in the server's memory what was there before, as far as it can be told. Returns what could not be done.
std::vector<std::string> restore(const Plan&, const Ports&, Stop);

// Until the model is out of memory. Throws Error{failed} if it does not go.
void unload(const ModelName&, const std::optional<Digest>&, const Ports&, const Stop&);

std::string words(Flaw); // for a sentence

// How it went with one prompt: a sample, or why it is none.
using Asked = std::variant<state::Sample, Flaw>;

// One prompt, one answer. Without `cold_load` loading may have taken any time. Throws Error, Interrupted.
Asked ask(const std::string& text, const Step&, const Options&, const Ports&, std::optional<Duration> cold_load, Stop);

// Many at once: `in_flight` threads send requests until `step.runs` a thread have counted. One of each thread comes
// before, outside the figures. Throws what no second try helps against, Error{failed} where too many did not count.
state::Load measure_load(std::size_t in_flight, const Step&, const Options&, const Ports&, Prompts&, const Run&);

} // namespace codemate::lifecycle::benchmark
