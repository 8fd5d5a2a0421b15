#include "cli/commands/benchmark/charts.hpp"

#include "cli/commands/benchmark/plot.hpp"
#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli::benchmark {
namespace {

using Anchor = Drawing::Anchor;
using Point = std::pair<double, double>;

// A phone's width: there the letters are as large as the page's own, and on a wide screen several stand side by side.
constexpr double width = 340, left = 40, right = 330;

std::string with_unit(double value, const Quantity& quantity) {
    return number(value) + " " + quantity.unit;
}

// "2026-11-22", or where several are of one day, "2026-11-22 10:30".
std::string moment(Time at, bool with_time) {
    std::string text = to_rfc3339(at).substr(0, with_time ? 16 : 10);
    if (with_time) text.at(10) = ' ';
    return text;
}

void upright_axis(Drawing& drawing, const Scale& scale) {
    for (const double tick : scale.ticks()) {
        drawing.line(left, scale.at(tick), right, scale.at(tick), "grid");
        drawing.text(left - 6, scale.at(tick) + 4, Anchor::end, scale.label(tick), "tick");
    }
}

// Where one of so many stands, from left to right, with room at both sides.
double place_of(std::size_t index, std::size_t count) {
    constexpr double margin = 18;
    if (count == 1) return (left + right) / 2;
    return left + margin + (right - left - 2 * margin) * static_cast<double>(index) / static_cast<double>(count - 1);
}

std::string interval_words(const std::optional<statistics::Interval>& interval) {
    if (!interval) return {};
    return ", with 95 % confidence between " + number(interval->low) + " and " + number(interval->high);
}

} // namespace

std::string runs_chart(const std::string& id, const Quantity& quantity, std::span<const double> runs,
                       const statistics::Summary& summary) {
    constexpr double middle = 46, axis = 86, radius = 4.5, begin = 14, end = width - 14;
    constexpr int most_levels = 3;
    std::vector<double> shown(runs.begin(), runs.end());
    if (summary.interval) shown.insert(shown.end(), {summary.interval->low, summary.interval->high});
    const Scale scale = scale_for(shown, Base::figures, 4, begin, end);
    Drawing drawing(width, 112);
    drawing.line(begin, axis, end, axis, "axis");
    for (const double tick : scale.ticks()) {
        drawing.line(scale.at(tick), 14, scale.at(tick), axis, "grid");
        drawing.text(scale.at(tick), axis + 17, Anchor::middle, scale.label(tick), "tick");
    }
    if (summary.interval) {
        const double low = scale.at(summary.interval->low), high = scale.at(summary.interval->high);
        drawing.box(low, 14, std::max(high - low, 2.0), axis - 14, "interval");
    }
    drawing.line(scale.at(summary.median), 8, scale.at(summary.median), axis, "median");
    std::vector<double> places;
    for (const double run : runs)
        places.push_back(scale.at(run));
    const std::vector<int> levels = beside(places, 2 * radius, most_levels);
    for (std::size_t i = 0; i < runs.size(); ++i)
        drawing.dot(places[i], middle + levels[i] * 2 * radius, radius, "run",
                    "run " + std::to_string(i + 1) + ": " + with_unit(runs[i], quantity));
    return drawing.svg(id, quantity.name + " of " + counted(runs.size(), "run"),
                       "Median " + with_unit(summary.median, quantity) + interval_words(summary.interval) + "; from " +
                           number(summary.least) + " to " + number(summary.most) + ".");
}

std::string history_chart(const std::string& id, const Quantity& quantity, std::span<const HistoryPoint> history) {
    constexpr double top = 14, bottom = 148;
    std::vector<double> figures;
    for (const HistoryPoint& each : history) {
        figures.push_back(each.median);
        if (each.interval) figures.push_back(each.interval->high);
    }
    const Scale scale = scale_for(figures, Base::zero, 4, bottom, top);
    Drawing drawing(width, 176);
    upright_axis(drawing, scale);
    std::vector<Point> line;
    for (std::size_t i = 0; i < history.size(); ++i) {
        const HistoryPoint& each = history[i];
        const double x = place_of(i, history.size());
        if (i > 0 && !each.changed.empty()) {
            const double between = (x + place_of(i - 1, history.size())) / 2;
            drawing.line(between, top, between, bottom, "change");
        }
        if (each.interval) drawing.line(x, scale.at(each.interval->low), x, scale.at(each.interval->high), "whisker");
        line.emplace_back(x, scale.at(each.median));
    }
    drawing.path(line, "trend");
    for (std::size_t i = 0; i < history.size(); ++i)
        drawing.dot(line[i].first, line[i].second, 4, "run",
                    to_rfc3339(std::chrono::floor<std::chrono::seconds>(history[i].at)) + ": " +
                        with_unit(history[i].median, quantity) + interval_words(history[i].interval));
    const bool of_one_day = moment(history.front().at, false) == moment(history.back().at, false);
    const std::string first = moment(history.front().at, of_one_day), last = moment(history.back().at, of_one_day);
    drawing.text(left, bottom + 20, Anchor::start, first, "tick");
    drawing.text(right, bottom + 20, Anchor::end, last, "tick");
    return drawing.svg(id, quantity.name + " in " + counted(history.size(), "measurement"),
                       "From " + with_unit(history.front().median, quantity) + " on " + first + " to " +
                           with_unit(history.back().median, quantity) + " on " + last + ".");
}

namespace {

struct Curve {
    Quantity quantity;
    std::string style;                                    // beside that of its line and its dots
    std::vector<std::pair<std::uint64_t, double>> points; // at so many requests
};

std::string curve_chart(const std::string& id, const Curve& curve) {
    constexpr double top = 14, bottom = 148;
    std::vector<double> figures;
    for (const auto& [requests, figure] : curve.points)
        figures.push_back(figure);
    const Scale scale = scale_for(figures, Base::zero, 4, bottom, top);
    Drawing drawing(width, 176);
    upright_axis(drawing, scale);
    std::vector<Point> line;
    std::string words;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        const auto& [requests, figure] = curve.points[i];
        const double x = place_of(i, curve.points.size());
        line.emplace_back(x, scale.at(figure));
        drawing.text(x, bottom + 20, Anchor::middle, std::to_string(requests), "tick");
        words += (words.empty() ? "" : ", ") + with_unit(figure, curve.quantity) + " with " + std::to_string(requests);
    }
    drawing.path(line, curve.style + "trend");
    for (std::size_t i = 0; i < line.size(); ++i)
        drawing.dot(line[i].first, line[i].second, 4, curve.style + "run",
                    std::to_string(curve.points[i].first) +
                        " at a time: " + with_unit(curve.points[i].second, curve.quantity));
    return drawing.svg(id, curve.quantity.name + " by the number of requests at a time", words + ".");
}

std::string figure(const Curve& curve, const std::string& id) {
    return "<figure><figcaption>" + curve.quantity.name + ", " + curve.quantity.unit +
           ", by requests at a time</figcaption>" + curve_chart(id, curve) + "</figure>\n";
}

} // namespace

std::string load_charts(const std::string& id, std::span<const LoadPoint> points) {
    if (points.empty()) return {};
    Curve rate{{"All answers together", "tokens/s"}, "", {}},
        latency{{"95th percentile of an answer", "ms"}, "second ", {}};
    for (const LoadPoint& each : points) {
        rate.points.emplace_back(each.concurrency, each.tokens_per_s);
        if (each.p95_ms) latency.points.emplace_back(each.concurrency, *each.p95_ms);
    }
    return figure(rate, id + "-rate") + (latency.points.empty() ? "" : figure(latency, id + "-p95"));
}

} // namespace codemate::cli::benchmark
