// One model's section of the page: figures, their scatter, how they became so, what they were measured on.
#include "cli/commands/benchmark/charts.hpp"
#include "cli/commands/benchmark/html_parts.hpp"
#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <array>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using state::Benchmark;
using state::Sample;
using statistics::Summary;
using ui::html_escaped;

constexpr std::size_t most_points = 40; // of a history: more could not be told apart

constexpr std::size_t most_charts = 3; // side by side: of all figures but the whole answer

// The figures of which there is something to see.
struct Figure {
    Quantity quantity;
    std::optional<Summary> use::Figures::*summary;
    double (*of)(const Sample&);
};

double milliseconds_of(Duration span) {
    return in_seconds(span) * 1e3;
}

const std::array<Figure, 4>& all_figures() {
    static const std::array<Figure, 4> figures{{
        {{"Decode", "tokens/s"}, &use::Figures::decode_rate, [](const Sample& run) { return 1e9 / run.decode_time(); }},
        {{"First token", "ms"},
         &use::Figures::first_token_ms,
         [](const Sample& run) { return milliseconds_of(run.first_token); }},
        {{"Prefill", "tokens/s"},
         &use::Figures::prefill_rate,
         [](const Sample& run) { return 1e9 / run.prefill_time(); }},
        {{"Whole answer", "ms"}, &use::Figures::total_ms, [](const Sample& run) { return milliseconds_of(run.total); }},
    }};
    return figures;
}

std::string tile(const std::string& name, const std::string& figure, const std::string& unit,
                 const std::string& below) {
    return "<div><dt>" + html_escaped(name) + "</dt><dd><b>" + html_escaped(figure) + "</b> " + html_escaped(unit) +
           (below.empty() ? "" : "<small>" + html_escaped(below) + "</small>") + "</dd></div>\n";
}

std::string interval_words(const Summary& summary) {
    if (!summary.interval) return "too few runs for an interval";
    return number(summary.interval->low) + " to " + number(summary.interval->high);
}

std::string tiles(const Benchmark& entry, const use::Figures& figures) {
    std::string text = "<dl class=\"tiles\">";
    for (const Figure& each : all_figures())
        if (const auto& summary = figures.*each.summary; summary && each.summary != &use::Figures::total_ms)
            text += tile(each.quantity.name, number(summary->median), each.quantity.unit, interval_words(*summary));
    if (entry.cold) {
        const double load = milliseconds_of(entry.cold->load);
        text += load < 1000 ? tile("Load", number(load), "ms", "from the disk, once")
                            : tile("Load", number(load / 1e3), "s", "from the disk, once");
    }
    return text + "</dl>\n";
}

std::string or_dash(const std::optional<double>& figure) {
    return figure ? number(*figure) : "–";
}

// Percentiles only where there are enough runs for one.
std::string table_of(const Benchmark& entry, const use::Figures& figures) {
    struct Percentile {
        const char* name;
        std::optional<double> Summary::*value;
    };
    std::vector<Percentile> percentiles{{"p90", &Summary::p90}, {"p95", &Summary::p95}, {"p99", &Summary::p99}};
    std::erase_if(percentiles, [&](const Percentile& each) {
        return !figures.total_ms || !((*figures.total_ms).*each.value).has_value();
    });
    std::vector<std::string> headings{"Figure", "Median", "95 % interval", "Least", "Most"};
    for (const Percentile& each : percentiles)
        headings.emplace_back(each.name);
    HtmlTable table("Figures of " + counted(entry.runs.size(), "warm run"), headings);
    for (const Figure& each : all_figures()) {
        const auto& summary = figures.*each.summary;
        if (!summary) continue;
        std::vector<std::string> cells{each.quantity.name + ", " + each.quantity.unit, number(summary->median),
                                       summary->interval ? interval_words(*summary) : "–", number(summary->least),
                                       number(summary->most)};
        for (const Percentile& percentile : percentiles)
            cells.push_back(or_dash((*summary).*percentile.value));
        table.row(cells);
    }
    return table.text();
}

std::string figure(const std::string& caption, const std::string& svg, const std::string& below = {}) {
    return "<figure><figcaption>" + html_escaped(caption) + "</figcaption>" + svg + below + "</figure>\n";
}

std::string runs(const Benchmark& entry, const use::Figures& figures, const std::string& id) {
    std::string text;
    for (std::size_t i = 0; i < most_charts; ++i) {
        const Figure& each = all_figures().at(i);
        const auto& summary = figures.*each.summary;
        if (!summary) continue;
        std::vector<double> values;
        for (const Sample& run : entry.runs)
            values.push_back(each.of(run));
        text += figure(each.quantity.name + ", " + each.quantity.unit,
                       runs_chart(id + "-r" + std::to_string(i), each.quantity, values, *summary));
    }
    if (text.empty()) return {};
    return "<h3>Run by run</h3>" +
           paragraph("A dot is a run, the line their median, the band the interval that holds it with 95 % confidence.",
                     "hint") +
           "<div class=\"charts\">" + text + "</div>\n";
}

// What may be the reason for another speed. Empty: nothing that is known.
std::string change_between(const Benchmark& before, const Benchmark& now) {
    std::vector<std::string> parts;
    const auto tell = [&](std::string_view what, const std::string& old, const std::string& current) {
        if (old != current)
            parts.push_back(std::string(what) + " " + printable(old, 60) + " → " + printable(current, 60));
    };
    const auto id = [](const Benchmark& each) { return each.digest ? each.digest->id() : std::string("unknown"); };
    tell("digest", id(before), id(now));
    tell("server", before.server_version, now.server_version);
    tell("context", std::to_string(before.num_ctx), std::to_string(now.num_ctx));
    tell("on the GPU", share_on_gpu(before.memory, before.memory_gpu), share_on_gpu(now.memory, now.memory_gpu));
    return joined(parts, ", ");
}

// The latest ones that can be compared with the last one.
std::vector<const Benchmark*> comparable(const std::vector<Benchmark>& measured) {
    std::vector<const Benchmark*> list;
    for (const Benchmark& each : measured)
        if (!each.runs.empty() && use::compare(each, measured.back()).not_comparable.empty()) list.push_back(&each);
    if (list.size() > most_points) list.erase(list.begin(), list.end() - most_points);
    return list;
}

std::vector<HistoryPoint> points_of(const std::vector<const Benchmark*>& entries, const Figure& figure) {
    std::vector<HistoryPoint> points;
    const Benchmark* before = nullptr;
    for (const Benchmark* each : entries) {
        const auto summary = use::figures_of(each->runs).*figure.summary;
        if (!summary) continue;
        points.push_back(
            {each->at, summary->median, summary->interval, before == nullptr ? "" : change_between(*before, *each)});
        before = each;
    }
    return points;
}

std::vector<std::string> changes(const std::vector<const Benchmark*>& entries) {
    std::vector<std::string> lines;
    for (std::size_t i = 1; i < entries.size(); ++i)
        if (const std::string what = change_between(*entries[i - 1], *entries[i]); !what.empty())
            lines.push_back(to_rfc3339(std::chrono::floor<std::chrono::seconds>(entries[i]->at)) + ": " + what);
    return lines;
}

std::string history(const std::vector<Benchmark>& measured, const std::string& id) {
    const std::vector<const Benchmark*> entries = comparable(measured);
    std::string text;
    for (std::size_t i = 0; i < most_charts; ++i) {
        const Figure& each = all_figures().at(i);
        const std::vector<HistoryPoint> points = points_of(entries, each);
        if (points.size() < 2) continue;
        text += figure(each.quantity.name + ", " + each.quantity.unit,
                       history_chart(id + "-h" + std::to_string(i), each.quantity, points));
    }
    if (text.empty()) return {};
    std::string hint = "Medians of " + counted(entries.size(), "measurement") + " on this hardware, oldest first.";
    if (entries.size() < measured.size())
        hint += " " + std::to_string(measured.size() - entries.size()) + " more are older or not comparable.";
    const std::vector<std::string> marks = changes(entries);
    return "<h3>Over time</h3>" + paragraph(hint, "hint") + "<div class=\"charts\">" + text + "</div>\n" +
           (marks.empty() ? "" : paragraph("Dashed lines are changes:", "hint") + list(marks));
}

std::string under_load(const std::vector<LoadPoint>& points, const std::string& id) {
    if (points.empty()) return {};
    return "<h3>Under load</h3>" + paragraph("Several requests at a time, each answered in full.", "hint") +
           "<div class=\"charts\">" + load_charts(id + "-l", points) + "</div>\n";
}

std::string stated(const Stated& stated) {
    if (stated.empty()) return {};
    std::string text = "<h3>Stated, not measured</h3>";
    if (const std::string traits = stated_traits(stated); !traits.empty()) text += paragraph(traits);
    HtmlTable table("Speeds that the manifest states", {"On", "Decode, tokens/s", "First token, ms"});
    const auto or_unknown = [](const std::string& cell) { return cell.empty() ? "–" : cell; };
    for (const manifest::StatedSpeed& speed : stated.speeds) {
        const StatedCells cells = cells_of(speed);
        table.row({or_unknown(cells.hardware), or_unknown(cells.decode), or_unknown(cells.first_token)});
    }
    return text + (stated.speeds.empty() ? "" : "<div class=\"stated\">" + table.text() + "</div>");
}

std::string term(std::string_view name, const std::string& text) {
    return text.empty()
               ? text
               : "<div><dt>" + html_escaped(name) + "</dt><dd>" + html_escaped(printable(text)) + "</dd></div>\n";
}

std::string measured_on(const Benchmark& entry) {
    std::string text = "<h3>Measured on</h3><dl class=\"terms\">";
    text += term("Hardware", entry.hardware.empty() ? "not known" : entry.hardware);
    text +=
        term("Server", (entry.server_version.empty() ? "" : "Ollama " + entry.server_version + " at ") + entry.server);
    text += term("Digest", entry.digest ? entry.digest->id() : "not known");
    text += term("Quantization", entry.quantization);
    text += term("Context", std::to_string(entry.num_ctx) + " tokens");
    text += term("Prompt and answer",
                 std::to_string(entry.prompt_tokens) + " and " + std::to_string(entry.tokens) + " tokens");
    if (entry.memory > ByteCount{})
        text += term("Memory",
                     to_string(entry.memory) + ", " + share_on_gpu(entry.memory, entry.memory_gpu) + " on the GPU");
    if (entry.load_average) text += term("Load of the machine before", number(*entry.load_average));
    text += term("At", to_rfc3339(std::chrono::floor<std::chrono::seconds>(entry.at)));
    return text + term("By", "codemate " + entry.codemate) + "</dl>\n";
}

} // namespace

std::string section_of(const Subject& subject, const std::string& id) {
    std::string text = "<section aria-labelledby=\"" + id + "\"><h2 id=\"" + id + "\"><code>" +
                       html_escaped(subject.name.display()) + "</code></h2>\n";
    if (subject.measured.empty())
        return text + paragraph("Not measured: " + subject.failure, "bad") + stated(subject.stated) + "</section>\n";
    const Benchmark& entry = subject.measured.back();
    const use::Figures figures = use::figures_of(entry.runs);
    text += tiles(entry, figures);
    if (!subject.remarks.empty()) text += "<div class=\"remarks\">" + list(subject.remarks) + "</div>\n";
    text += table_of(entry, figures) + runs(entry, figures, id) + history(subject.measured, id) +
            under_load(subject.load, id);
    return text + stated(subject.stated) + measured_on(entry) + "</section>\n";
}

} // namespace codemate::cli::benchmark
