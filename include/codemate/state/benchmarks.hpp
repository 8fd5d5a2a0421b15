#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/json/value.hpp"
#include "codemate/model/name.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::state {

// One valid run of a prompt.
struct Sample {
    Duration first_token{0};                   // from the request to the first text, by our own clock
    Duration total{0};                         // by our own clock
    Duration load{0}, prompt_eval{0}, eval{0}; // by the server
    std::uint64_t prompt_tokens = 0, tokens = 0;

    double prefill_time() const; // nanoseconds a token
    double decode_time() const;  // likewise
    bool operator==(const Sample&) const = default;
};

// A model, measured once: what decides its figures, and each run, so that later ones can be compared with it.
struct Benchmark {
    Time at{};
    std::string server{}, server_version{}, codemate{}; // address, and versions
    ModelName name;
    std::optional<Digest> digest = {};
    std::string quantization = {};
    std::string hardware = {};                                // of the server's machine; empty: not known
    std::uint64_t num_ctx = 0, prompt_tokens = 0, tokens = 0; // asked for
    ByteCount memory = {}, memory_gpu = {};
    std::optional<double> load_average = {}; // of that machine before
    std::optional<Sample> cold = {};
    std::vector<Sample> runs = {};
};

// A file of JSON lines in the state directory, newest last, at most 1000 of them. Best effort: losing it loses memory
// only.
class Benchmarks {
public:
    explicit Benchmarks(std::filesystem::path file) : file_(std::move(file)) {}

    std::vector<Benchmark> entries() const; // oldest first; lines of another form are passed over; Error{storage}
    void add(const Benchmark&, Stop) const; // creates the directory, too; Error{storage}

private:
    std::filesystem::path file_;
};

json::Value to_json(const Benchmark&);
std::optional<Benchmark> benchmark_from(const json::Value&); // nothing for what is none

} // namespace codemate::state
