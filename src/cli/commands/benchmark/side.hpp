#pragma once

#include "cli/wiring.hpp"

#include "codemate/lifecycle/benchmark.hpp"

#include <string>
#include <vector>

namespace codemate::cli::benchmark {

// A server, with what is measured on it.
class Side {
public:
    // Of a loopback address this machine is taken for the server's; another host's it is never.
    Side(ollama::Server&, const http::Url& endpoint, lifecycle::benchmark::Options, Wiring&);

    void gather(const Run&); // facts and plan
    void look_at_machine();  // before anything is measured, for what would make it faster

    const lifecycle::benchmark::Options& options() const { return options_; }
    const lifecycle::benchmark::Ports& ports() const { return ports_; }
    const lifecycle::benchmark::Facts& facts() const { return facts_; }
    const lifecycle::benchmark::Machine& machine() const { return machine_; }
    lifecycle::benchmark::Plan& plan() { return plan_; }
    lifecycle::benchmark::Side measured() const { return {plan_, options_, ports_}; }

    state::Benchmark to_memory(const lifecycle::benchmark::Item&) const;
    // What was measured, also kept in the state directory; what cannot be is told.
    std::vector<state::Benchmark> remember(const lifecycle::benchmark::Report&) const;

private:
    lifecycle::benchmark::Options options_;
    Wiring& wiring_;
    lifecycle::benchmark::Ports ports_;
    bool is_local_ = false;
    std::vector<std::string> gpus_;
    lifecycle::benchmark::Machine machine_;
    lifecycle::benchmark::Facts facts_;
    lifecycle::benchmark::Plan plan_;
};

} // namespace codemate::cli::benchmark
