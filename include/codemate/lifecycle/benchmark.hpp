#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/deadline.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/rules/fit.hpp"
#include "codemate/state/benchmarks.hpp"
#include "codemate/statistics/comparison.hpp"
#include "codemate/statistics/summary.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// How fast models are: loaded from the disk, then warm, run after run.
namespace codemate::lifecycle::benchmark {

struct Options {
    std::vector<std::string> targets = {};           // empty: the required set
    std::size_t runs = 5;                            // warm ones, all of them valid
    std::optional<std::uint64_t> prompt_tokens = {}; // nothing: 256, or what half of the context leaves room for
    std::optional<std::uint64_t> tokens = {};        // of an answer; nothing: 64, likewise
    std::optional<std::uint64_t> num_ctx = {};       // nothing: what is declared, else 4096; never more than supported
    std::optional<std::string> prompt = {};          // in place of made-up ones, behind a line that varies
    std::vector<std::size_t> concurrency = {};       // requests at once, ascending: measured one after the other
    Duration patience = std::chrono::minutes(10);    // with a server that sends nothing
    std::string server = {};                         // its address, for what is remembered
    bool names_server = false;                       // in events, where there are two
};

struct Ports {
    ollama::Server& server;
    const Clock& clock;
    const state::Benchmarks* memory = nullptr; // what was measured before; nullptr: nothing is known
    std::string hardware = {};                 // of the server's machine; empty: not known
    std::string driver = {};                   // of its graphics processors, likewise
    std::function<std::optional<double>()> load_average = [] { return std::nullopt; }; // of that machine
    // Between two looks at the server. Throws Interrupted.
    std::function<void(Duration, Stop)> wait = [](Duration span, const Stop& stop) { pause(span, stop); };
};

struct Facts {
    manifest::Manifest manifest;
    std::vector<manifest::Wanted> wanted{};
    std::vector<ollama::Installed> installed{};
    std::optional<std::vector<ollama::Running>> running{}; // nothing: the server did not say it
    std::string server_version{};
    std::map<ModelName, ollama::Shown, ServerOrder> shown{}; // of those that are installed
    std::vector<state::Benchmark> before{};                  // of this server, oldest first
    Time now{};
};

enum class Task { generate, embed }; // what a model does with a prompt

// What is measured of one model.
struct Step {
    ModelName name;
    Task task = Task::generate;
    std::optional<Digest> digest = {};
    std::string quantization = {};
    std::uint64_t num_ctx = 0, prompt_tokens = 0, tokens = 0; // of one's own prompt, prompt_tokens is a guess
    std::size_t runs = 0;
    std::vector<std::size_t> concurrency = {}; // as in the options
    std::optional<Digest> prompt = {};         // of one's own; nothing: made up
    Duration estimate{0};
    bool estimate_is_a_guess = true;    // by the model's size; else by what was measured here before
    std::optional<Error> obstacle = {}; // it cannot be measured
};

struct Plan {
    std::vector<Step> steps;
    std::vector<std::string> disturbed; // whose work it would disturb, a sentence each: that wants consent
    std::vector<ollama::Running> loaded_before;

    Duration estimate() const;
    bool estimate_is_a_guess() const;
};

// Why a run does not count.
enum class Flaw { no_final_object, no_metrics, short_answer, loaded_again, other_context, broke_off, busy };
std::string_view to_string(Flaw); // the enumerator's name, as it stands in JSON

// What cannot be counted in an answer; nothing: it can. `cold_load`: what loading took; nothing: this is the cold run.
std::optional<Flaw> flaw_of(const ollama::Generated&, const Step&, std::optional<Duration> cold_load);
std::optional<Flaw> flaw_of(const ollama::Embedded&, std::optional<Duration> cold_load);

enum class Outcome { measured, failed, interrupted, not_started };
std::string_view to_string(Outcome);

struct Item {
    Step step;
    Outcome outcome = Outcome::not_started;
    std::optional<state::Sample> cold = {};
    std::vector<state::Sample> runs = {};
    std::vector<state::Load> loads = {};
    std::vector<Flaw> flaws = {}; // of runs that were done again; those under load are with it
    ByteCount memory = {}, memory_gpu = {};
    std::vector<std::string> notes = {};     // what disturbed the measurement
    std::optional<Error> error = {};         // where it was measured: why a load is missing
    std::optional<double> load_average = {}; // before
    Time at{};
};

enum class Ending { complete, interrupted };

struct Report {
    std::vector<Item> items; // in the plan's order
    Ending ending = Ending::complete;
    std::vector<std::string> notes; // what could not be left as it was found
};

Facts gather(const Options&, const manifest::Manifest&, const Ports&, const Run&); // Error{usage, unreachable …}
Plan plan(const Facts&, const Options&);                                           // pure
Report execute(const Plan&, const Options&, const Ports&, const Run&);

// One of two servers that are measured in turn.
struct Side {
    const Plan& plan;
    const Options& options;
    const Ports& ports;
};
// Makes both plans ask for the same of a model: the shorter lengths, the smaller context. Pure.
void align(Plan&, Plan&);
// A B A B …, model by model, so that whatever else goes on falls on both: what one has after an upgrade without a
// baseline. A model that cannot be measured on one of them is not measured on the other.
struct Both {
    Report here, there;
};
Both execute_in_turn(const Side& here, const Side& there, const Run&);

// Words in an order of their own for each variation, from the first one on, so that no part of a prompt is in the
// server's cache.
std::string prompt_text(std::size_t words, std::uint64_t variation);

// The figures of an item's warm runs.
struct Figures {
    std::optional<statistics::Summary> first_token_ms, total_ms;
    std::optional<statistics::Summary> prefill_rate, decode_rate; // tokens a second
};
Figures figures_of(const std::vector<state::Sample>&);

// Of several requests at once.
struct LoadFigures {
    double tokens_rate = 0, requests_rate = 0; // all of them together, a second of wall time
    std::optional<statistics::Summary> first_token_ms, total_ms;
    std::optional<statistics::Summary> queueing_ms; // the first byte came so much later than without others
    std::uint64_t busy = 0;                         // answers that the server was full (503)
};
LoadFigures figures_of(const state::Load&, const std::vector<state::Sample>& alone);

// As it is remembered. Only what was measured.
state::Benchmark to_memory(const Item&, const Facts&, const Options&, const Ports&);

// A measurement beside an earlier one of the same model.
struct Comparison {
    std::string not_comparable = {};        // why; empty: it is
    std::vector<std::string> differences{}; // what else has changed: "digest a → b", "server 0.24.0 → 0.32.15"
    statistics::Comparison prefill = {}, decode = {}; // of the time a token takes
    bool embeds = false;                              // an embedding model: there is no decode
};
Comparison compare(const state::Benchmark& before, const state::Benchmark& now); // pure
// The same of two that were measured in turn: another machine is a difference, then, and no obstacle.
Comparison compare_in_turn(const state::Benchmark& there, const state::Benchmark& here);

// Of what may have made a model slower, each with the run that would show whether it has: "the context: the same with
// --num-ctx 4096". Never empty. Pure.
std::vector<std::string> runs_to_tell_apart(const state::Benchmark& before, const state::Benchmark& now);

// The latest of that model among them, or nullptr.
const state::Benchmark* latest_of(const ModelName&, const std::vector<state::Benchmark>&);

// What a declared model promises and does not keep, a sentence each.
std::vector<std::string> broken_promises(const manifest::Declared&, const Item&);

// The server's machine, as far as it is known; nothing of another one than this.
struct Machine {
    std::vector<std::string> gpus = {}; // by name
    rules::MemoryOf memory = {};
    std::optional<ByteCount> available = {}; // of its main memory, before anything was measured
    bool sets_num_thread = false;            // OLLAMA_NUM_THREAD is set
};

// What would make it faster, a sentence each, fit for a terminal. Pure. Also of a model that could not be loaded.
std::vector<std::string> advice(const Item&, const Facts&, const Machine&);

} // namespace codemate::lifecycle::benchmark
