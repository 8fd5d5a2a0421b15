#pragma once

#include "lifecycle/pull/allowance.hpp"
#include "lifecycle/pull/blocked.hpp"
#include "lifecycle/pull/layer_owners.hpp"
#include "lifecycle/pull/memory.hpp"
#include "lifecycle/pull/route.hpp"

#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

// What the models of one run have in common.
struct Shared {
    const Options& options;
    const Ports& ports;
    const Run& run;
    Memory memory;
    Route route;
    LayerOwners layers;
    Blocked blocked;
    Allowance allowance; // of those whose rate no relay holds

    Shared(const Options& given, const Ports& ports_of_run, const Run& this_run)
        : options(given), ports(ports_of_run), run(this_run), memory(options, ports, run), route(options, ports),
          blocked(ports), allowance(given.rate.value_or(ByteCount())) {}
};

// Carries out one step: pull or copy to its name, compare with its pin, go back where that is not what came, record a
// first use. Always returns an item; what went wrong, or that it was stopped, stands in it. Tells of its progress, from
// begin to end.
Item transfer(const Step&, const Plan&, Shared&);

} // namespace codemate::lifecycle::pull
