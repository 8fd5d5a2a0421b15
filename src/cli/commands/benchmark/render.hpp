#pragma once

#include "cli/commands/benchmark/stated.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/benchmark.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codemate::cli::benchmark {

// What is known of one model's measurement, and what follows from it.
struct Row {
    lifecycle::benchmark::Item item;
    std::optional<lifecycle::benchmark::Comparison> comparison = {}; // with the baseline
    std::optional<state::Benchmark> before = {};                     // that
    bool in_turn = false;                          // the baseline was measured at the same time, on another server
    std::optional<state::Benchmark> measured = {}; // as it is remembered
    std::vector<std::string> broken_promises = {}, advice = {};
    Stated stated = {};
    enum class Verdict { none_asked, passed, failed, no_verdict };
    Verdict verdict = Verdict::none_asked; // of the gate
    std::string why = {};                  // of failed and no_verdict
};

std::string text(const std::vector<Row>&, std::size_t columns);
std::string plan_text(const lifecycle::benchmark::Plan&, std::size_t columns);
std::string history_text(const std::vector<state::Benchmark>&, std::size_t columns);

struct Where {
    std::string server, version, hardware;
    manifest::Origin manifest;
};
// Sets nothing where there is none.
void set_summary(json::Value& object, std::string_view key, const std::optional<statistics::Summary>&);
json::Value document(const std::vector<Row>&, const Where&, int status);
json::Value plan_document(const lifecycle::benchmark::Plan&, const Where&, int status);
json::Value history_document(const std::vector<state::Benchmark>&, const Where&, int status);

} // namespace codemate::cli::benchmark
