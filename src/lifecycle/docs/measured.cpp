#include "lifecycle/docs/measured.hpp"

#include "lifecycle/docs/writing.hpp"

#include "codemate/statistics/summary.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace codemate::lifecycle::docs {
namespace {

using manifest::MeasuredFigure;
using manifest::MeasuredSpeed;
using state::Benchmark;
using state::Sample;

constexpr std::uint64_t seed = 1; // of the bootstrap: the same runs give the same interval

// As it comes back from the history, so that a second run has nothing new to say.
double rounded(double figure) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", figure);
    return std::strtod(text, nullptr);
}

template<typename Read>
std::optional<MeasuredFigure> figure(const std::vector<Sample>& runs, Read read) {
    std::vector<double> values;
    for (const Sample& run : runs)
        values.push_back(read(run));
    const auto summary = statistics::summarise(values, seed);
    if (!summary || rounded(summary->median) <= 0) return std::nullopt;
    MeasuredFigure figure{rounded(summary->median)};
    if (summary->interval && summary->interval->low > 0) {
        figure.low = rounded(summary->interval->low);
        figure.high = rounded(summary->interval->high);
    }
    return figure;
}

double rate(double nanoseconds) {
    return nanoseconds <= 0 ? 0 : 1e9 / nanoseconds;
}

bool is_of_interest(const Facts& facts, const Benchmark& entry) {
    if (entry.runs.empty() || facts.manifest.declared(entry.name) == nullptr) return false;
    const manifest::Locked* pin = locked(facts, entry.name);
    return pin == nullptr || (entry.digest && pin->is(*entry.digest));
}

} // namespace

MeasuredSpeed figures_of(const Benchmark& entry) {
    MeasuredSpeed speed{entry.name, entry.digest};
    speed.at = to_rfc3339(std::chrono::floor<std::chrono::seconds>(entry.at));
    speed.hardware = entry.hardware;
    speed.server_version = entry.server_version;
    speed.codemate = entry.codemate;
    speed.quantization = entry.quantization;
    speed.num_ctx = entry.num_ctx;
    speed.prompt_tokens = entry.runs.empty() ? entry.prompt_tokens : entry.runs.front().prompt_tokens;
    speed.tokens = entry.runs.empty() ? entry.tokens : entry.runs.front().tokens;
    speed.runs = entry.runs.size();
    if (entry.memory != ByteCount{}) speed.gpu_percent = entry.memory_gpu.count() * 100 / entry.memory.count();
    speed.prefill_tps = figure(entry.runs, [](const Sample& run) { return rate(run.prefill_time()); });
    if (!entry.embeds()) {
        speed.ttft_ms = figure(entry.runs, [](const Sample& run) { return in_seconds(run.first_token) * 1e3; });
        speed.decode_tps = figure(entry.runs, [](const Sample& run) { return rate(run.decode_time()); });
    }
    if (entry.cold && in_seconds(entry.cold->load) > 0) speed.load_ms = rounded(in_seconds(entry.cold->load) * 1e3);
    return speed;
}

std::vector<MeasuredSpeed> merged(const Facts& facts, const std::vector<Benchmark>& here, std::size_t& recorded) {
    std::vector<MeasuredSpeed> all = facts.releases.measured;
    std::vector<bool> is_new(all.size(), false);
    for (const Benchmark& entry : here) {
        if (!is_of_interest(facts, entry)) continue;
        MeasuredSpeed speed = figures_of(entry);
        const auto same = std::ranges::find_if(all, [&](const MeasuredSpeed& each) { return each.same_place(speed); });
        if (same == all.end()) {
            all.push_back(std::move(speed));
            is_new.push_back(true);
        } else if (speed.at > same->at) { // RFC 3339 in UTC: as text
            *same = std::move(speed);
            is_new[static_cast<std::size_t>(same - all.begin())] = true;
        }
    }
    recorded = static_cast<std::size_t>(std::ranges::count(is_new, true));
    std::ranges::stable_sort(all, [](const MeasuredSpeed& a, const MeasuredSpeed& b) {
        return std::pair(a.hardware, a.model.display()) < std::pair(b.hardware, b.model.display());
    });
    return all;
}

} // namespace codemate::lifecycle::docs
