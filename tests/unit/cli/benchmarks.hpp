#pragma once

#include "cli/commands/benchmark/sheet.hpp"

#include <string>

// Measurements by hand, for tests of how they are shown.
namespace codemate::test {

// Five warm runs around so many tokens a second, and a cold one.
inline state::Benchmark measurement(const std::string& name, double decode_rate, const std::string& at) {
    state::Benchmark entry{.at = *parse_rfc3339(at),
                           .server = "http://127.0.0.1:11434",
                           .server_version = "0.32.15",
                           .codemate = "1.0.0",
                           .name = ModelName::parse(name),
                           .digest = Digest::of(name),
                           .quantization = "Q4_0",
                           .hardware = "Some CPU, 8 threads, 32 GB",
                           .num_ctx = 4096,
                           .prompt_tokens = 256,
                           .tokens = 64,
                           .memory = ByteCount(5'000'000'000),
                           .memory_gpu = ByteCount(2'500'000'000)};
    for (const double share : {0.98, 1.0, 1.01, 1.0, 1.04}) {
        const auto eval = std::chrono::nanoseconds(static_cast<std::int64_t>(64e9 / (decode_rate * share)));
        const auto read = std::chrono::nanoseconds(static_cast<std::int64_t>(200e6 / share));
        entry.runs.push_back({.first_token = read,
                              .total = read + eval,
                              .load = std::chrono::milliseconds(2),
                              .prompt_eval = read,
                              .eval = eval,
                              .prompt_tokens = 257,
                              .tokens = 64});
    }
    entry.cold = entry.runs.front();
    entry.cold->load = std::chrono::milliseconds(2500);
    return entry;
}

inline cli::benchmark::Stated stated() {
    return {{"4.1GB", "Q4_0", 8192},
            {{"cpu", "Intel i7-12700K", "32GB", 15, 200, 500}, {"gpu", "NVIDIA RTX 4090", "24GB", 90, {}, {}}}};
}

inline cli::benchmark::Sheet sheet(std::vector<cli::benchmark::Subject> subjects,
                                   cli::benchmark::Sheet::Of of = cli::benchmark::Sheet::Of::measurement) {
    return {{"http://127.0.0.1:11434", "0.32.15", "Some CPU, 8 threads, 32 GB", {}},
            *parse_rfc3339("2026-11-22T12:00:00Z"),
            of,
            std::move(subjects)};
}

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace codemate::test
