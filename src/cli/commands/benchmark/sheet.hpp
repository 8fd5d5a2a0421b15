#pragma once

#include "cli/commands/benchmark/charts.hpp"
#include "cli/commands/benchmark/render.hpp"

#include <string>
#include <vector>

// What is shown to other programs and to readers elsewhere: in a document, a pull request, a browser.
namespace codemate::cli::benchmark {

// One model.
struct Subject {
    ModelName name;
    std::vector<state::Benchmark> measured; // oldest first; the last one is what the sheet is about; empty: it failed
    Stated stated;
    std::vector<std::string> remarks; // fit for a terminal
    std::string failure = {};         // why it was not measured; empty: it was
    std::vector<LoadPoint> load = {}; // with several requests at a time, fewest first; empty: not tried
};

struct Sheet {
    Where where;
    Time at;                                // when it was written
    enum class Of { measurement, history }; // history: all that was measured is of interest
    Of of = Of::measurement;
    std::vector<Subject> subjects;
};

// `before`: what is remembered, oldest first.
Sheet sheet_of(const std::vector<Row>&, const std::vector<state::Benchmark>& before, const Where&, Time at);

// `entries`: what is remembered, oldest first. A subject for each model, in the order of their first measurement.
Sheet sheet_of(const std::vector<state::Benchmark>& entries, const manifest::Manifest&, const manifest::StatedSpeeds&,
               const Where&, Time at);

// A table of GitHub's Markdown: a row for each model, of a history one for each measurement; what it was measured on,
// and remarks, below it.
std::string markdown(const Sheet&);

// The benchmark format of Go, for benchstat: a line for each run. Measurements that are not comparable, on another
// machine, come under another configuration; all else that may have changed (server, digest) is in comments, so that
// benchstat compares across it.
std::string benchstat(const Sheet&);

// One page without any other file, script or connection.
std::string html(const Sheet&);

} // namespace codemate::cli::benchmark
