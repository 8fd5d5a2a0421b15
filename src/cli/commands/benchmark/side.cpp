#include "cli/commands/benchmark/side.hpp"

#include "codemate/machine/hardware.hpp"
#include "codemate/machine/memory.hpp"

#include <cstdlib>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;

// nvidia-smi takes its time, and is asked only where there is something to ask for.
use::Machine machine_of(std::vector<std::string> gpus, const Stop& stop) {
    use::Machine machine{.gpus = std::move(gpus)};
    if (!machine.gpus.empty()) machine.memory.gpus = machine::gpus(*machine::make_programs(), stop);
    if (const auto memory = machine::memory()) {
        machine.memory.main = memory->total;
        machine.available = memory->available;
    }
    machine.sets_num_thread = std::getenv("OLLAMA_NUM_THREAD") != nullptr;
    return machine;
}

} // namespace

Side::Side(ollama::Server& server, const http::Url& endpoint, use::Options options, Wiring& wiring)
    : options_(std::move(options)), wiring_(wiring), ports_{server, wiring.clock(), wiring.benchmarks()} {
    if (!endpoint.is_loopback()) return;
    const machine::Hardware hardware = machine::read_hardware();
    ports_.hardware = hardware.text();
    ports_.driver = hardware.driver;
    ports_.load_average = [] { return machine::load_average(); };
    gpus_ = hardware.gpus;
    is_local_ = true;
}

void Side::look_at_machine() {
    if (is_local_) machine_ = machine_of(gpus_, wiring_.stop());
}

void Side::gather(const Run& run) {
    facts_ = use::gather(options_, wiring_.manifest(), ports_, run);
    plan_ = use::plan(facts_, options_);
}

state::Benchmark Side::to_memory(const use::Item& item) const {
    return use::to_memory(item, facts_, options_, ports_);
}

std::vector<state::Benchmark> Side::remember(const use::Report& report) const {
    std::vector<state::Benchmark> measured;
    for (const use::Item& item : report.items) {
        if (item.outcome != use::Outcome::measured) continue;
        measured.push_back(to_memory(item));
        if (ports_.memory == nullptr) continue;
        try {
            ports_.memory->add(measured.back(), {});
        } catch (const Error& error) {
            wiring_.warn("this measurement is not remembered: " + error.message());
        }
    }
    return measured;
}

} // namespace codemate::cli::benchmark
