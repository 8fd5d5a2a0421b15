#include "cli/commands/benchmark/sheet.hpp"

#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli::benchmark {
namespace {

// Of the latest measurement.
std::vector<LoadPoint> load_of(const state::Benchmark& entry) {
    std::vector<LoadPoint> points;
    for (const state::Load& load : entry.loads) {
        const auto figures = lifecycle::benchmark::figures_of(load, entry.runs);
        points.push_back({load.in_flight, figures.tokens_rate, {}});
        if (figures.total_ms) points.back().p95_ms = figures.total_ms->p95;
    }
    return points;
}

Subject subject_of(const Row& row, const std::vector<state::Benchmark>& before) {
    Subject subject{row.item.step.name, {}, row.stated, remarks(row)};
    if (row.measured) {
        std::ranges::copy_if(before, std::back_inserter(subject.measured),
                             [&](const state::Benchmark& each) { return each.name.same_on_server(subject.name); });
        subject.measured.push_back(*row.measured);
        subject.load = load_of(*row.measured);
        return subject;
    }
    subject.failure = row.item.error ? printable(row.item.error->message()) : "it was not measured";
    return subject;
}

} // namespace

Sheet sheet_of(const std::vector<Row>& rows, const std::vector<state::Benchmark>& before, const Where& where, Time at) {
    Sheet sheet{where, at, Sheet::Of::measurement, {}};
    for (const Row& row : rows)
        sheet.subjects.push_back(subject_of(row, before));
    return sheet;
}

Sheet sheet_of(const std::vector<state::Benchmark>& entries, const manifest::Manifest& manifest,
               const manifest::StatedSpeeds& speeds, const Where& where, Time at) {
    Sheet sheet{where, at, Sheet::Of::history, {}};
    for (const state::Benchmark& entry : entries) {
        const auto same = [&](const Subject& subject) { return subject.name.same_on_server(entry.name); };
        auto subject = std::ranges::find_if(sheet.subjects, same);
        if (subject == sheet.subjects.end())
            subject = sheet.subjects.insert(subject, {entry.name, {}, stated_of(manifest, speeds, entry.name), {}});
        subject->measured.push_back(entry);
        subject->load = load_of(entry);
    }
    return sheet;
}

} // namespace codemate::cli::benchmark
