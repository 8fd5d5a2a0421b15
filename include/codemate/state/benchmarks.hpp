#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"
#include "codemate/json/value.hpp"
#include "codemate/model/name.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::state {

// One valid run of a prompt. An embedding model writes nothing: first_token, eval and tokens are zero, and prompt_eval
// is what its request took beside loading.
struct Sample {
    Duration first_token{0};                   // from the request to the first text, by our own clock
    Duration total{0};                         // by our own clock
    Duration load{0}, prompt_eval{0}, eval{0}; // by the server
    std::uint64_t prompt_tokens = 0, tokens = 0;
    std::optional<Duration> first_byte = {}; // of the answer's body, by our own clock; nothing: not known

    double prefill_time() const; // nanoseconds a token
    double decode_time() const;  // likewise; 0 of no token
    bool operator==(const Sample&) const = default;
};

// One valid request among several at once, by our own clock.
struct Served {
    Duration first_byte{0}, first_token{0}, total{0};
    std::uint64_t tokens = 0; // of the answer; of an embedding: of the prompt
    bool operator==(const Served&) const = default;
};

// So many requests at once, over and over.
struct Load {
    std::uint64_t in_flight = 0;
    Duration wall{0};                                     // from the first request to the last answer
    std::map<std::string, std::uint64_t> done_again = {}; // requests that did not count, by the reason's name
    std::vector<Served> served = {};                      // in the order of their ends
    bool operator==(const Load&) const = default;
};

// A model, measured once: what decides its figures, and each run, so that later ones can be compared with it.
struct Benchmark {
    Time at{};
    std::string server{}, server_version{}, codemate{}; // address, and versions
    ModelName name;
    std::optional<Digest> digest = {};
    std::string quantization = {};
    std::string hardware = {};                                // of the server's machine; empty: not known
    std::string driver = {};                                  // of its graphics processors, likewise
    std::uint64_t num_ctx = 0, prompt_tokens = 0, tokens = 0; // asked for
    ByteCount memory = {}, memory_gpu = {};
    std::optional<double> load_average = {}; // of that machine before
    std::optional<Sample> cold = {};
    std::vector<Sample> runs = {};
    std::optional<Digest> prompt = {}; // of the user's own text; nothing: made up
    std::vector<Load> loads = {};      // fewest in flight first

    bool embeds() const { return !runs.empty() && runs.front().tokens == 0; }
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
json::Value to_json(const Load&);
std::optional<Benchmark> benchmark_from(const json::Value&); // nothing for what is none

} // namespace codemate::state
