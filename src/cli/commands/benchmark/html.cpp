#include "cli/commands/benchmark/html_parts.hpp"
#include "cli/commands/benchmark/sheet.hpp"
#include "cli/commands/benchmark/words.hpp"

#include "codemate/base/text.hpp"
#include "codemate/base/version.hpp"

#include <algorithm>
#include <set>

namespace codemate::cli::benchmark {
namespace {

namespace use = lifecycle::benchmark;
using state::Benchmark;

std::string unit(const std::optional<statistics::Summary>& summary, std::string_view unit) {
    return summary ? number(summary->median) + std::string(unit) : "–";
}

// All models beside each other; one model's figures stand below anyway.
std::string overview(const Sheet& sheet) {
    HtmlTable table("Medians of all models",
                    {"Model", "Decode, tokens/s", "First token, ms", "Prefill, tokens/s", "Load, ms", "Memory", "GPU"});
    std::size_t rows = 0;
    for (const Subject& subject : sheet.subjects) {
        if (subject.measured.empty()) continue;
        const Benchmark& entry = subject.measured.back();
        const use::Figures figures = use::figures_of(entry.runs);
        table.row({entry.name.display(), unit(figures.decode_rate, ""), unit(figures.first_token_ms, ""),
                   unit(figures.prefill_rate, ""), entry.cold ? number(in_seconds(entry.cold->load) * 1e3) : "–",
                   entry.memory == ByteCount{} ? "–" : to_string(entry.memory),
                   share_on_gpu(entry.memory, entry.memory_gpu)});
        ++rows;
    }
    return rows < 2 ? std::string() : "<section><h2>Beside each other</h2>" + table.text() + "</section>\n";
}

std::string common(const Sheet& sheet, std::string Benchmark::*member) {
    std::set<std::string> all;
    for (const Subject& subject : sheet.subjects)
        if (!subject.measured.empty()) all.insert(subject.measured.back().*member);
    return all.size() == 1 ? *all.begin() : std::string();
}

std::string header(const Sheet& sheet) {
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(sheet.subjects, [](const Subject& each) { return !each.measured.empty(); }));
    std::string line = counted(count, "model");
    if (const std::string hardware = common(sheet, &Benchmark::hardware); !hardware.empty())
        line += " on " + printable(hardware);
    if (const std::string server = common(sheet, &Benchmark::server_version); !server.empty())
        line += ", Ollama " + printable(server);
    return "<header><p class=\"over\">codemate benchmark</p><h1>How fast the models are</h1>" + paragraph(line) +
           "</header>\n";
}

std::string footer(const Sheet& sheet) {
    return "<footer>" +
           paragraph("Written by codemate " + std::string(version()) + ", " +
                     to_rfc3339(std::chrono::floor<std::chrono::seconds>(sheet.at)) +
                     ". This page needs no other file and opens no connection.") +
           "</footer>\n";
}

std::string caveats(const Sheet& sheet) {
    std::vector<std::string> lines{
        "Medians of warm runs: the model was in memory. The interval holds the median with 95 % confidence.",
        "One request at a time, temperature 0, a fixed seed; no prompt begins as another, so that the server's cache "
        "of "
        "prompts does not flatter. Other lengths, a larger context and other work on the machine give other figures.",
        "The first token is timed by codemate's clock, the network included; tokens a second are the server's own "
        "counts and times."};
    const auto any = [&](auto is_so) { return std::ranges::any_of(sheet.subjects, is_so); };
    const auto measured = [](const Subject& each) { return !each.measured.empty(); };
    if (any([&](const Subject& each) { return measured(each) && each.measured.back().runs.size() < 5; }))
        lines.emplace_back("Fewer than 5 runs are too few for a comparison.");
    if (any([&](const Subject& each) { return measured(each) && each.measured.back().hardware.empty(); }))
        lines.emplace_back("The hardware of the server is not known: it is on another machine.");
    if (any([](const Subject& each) { return !each.stated.empty(); }))
        lines.emplace_back(
            "Stated figures are what the manifest says. codemate did not measure them, and they are in no "
            "chart and no median.");
    return "<section><h2>To keep in mind</h2>" + list(lines) + "</section>\n";
}

} // namespace

std::string html(const Sheet& sheet) {
    std::string text = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                       "<meta name=\"color-scheme\" content=\"light dark\">"
                       "<meta name=\"generator\" content=\"codemate\">"
                       "<title>codemate benchmark</title>\n<style>\n" +
                       std::string(html_style()) + "</style></head>\n<body>\n" + header(sheet) + "<main>\n";
    if (sheet.subjects.empty()) text += "<section>" + paragraph("Nothing was measured.") + "</section>\n";
    text += overview(sheet);
    for (std::size_t i = 0; i < sheet.subjects.size(); ++i)
        text += section_of(sheet.subjects[i], "m" + std::to_string(i + 1));
    return text + caveats(sheet) + "</main>\n" + footer(sheet) + "</body></html>\n";
}

} // namespace codemate::cli::benchmark
