#include "codemate/base/text.hpp"

#include "cli/commands/verify/render.hpp"

#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <array>

namespace codemate::cli::verify {
namespace {

namespace use = lifecycle::verify;
using rules::Drift;
using ui::Table;
using use::Severity;

std::string figure(const std::optional<std::uint64_t>& tokens) {
    return tokens ? std::to_string(*tokens) : "-";
}

std::string good_news(const use::Row& row) {
    switch (row.drift) {
    case Drift::none:
        return "at its locked digest";
    case Drift::same_content:
        return "the locked content, under another digest";
    case Drift::moved:
    case Drift::absent:
    case Drift::unpinned:
        break;
    }
    return row.installed ? "installed" : "not installed";
}

// The worst first, so that it is seen where a narrow terminal cuts.
std::string reason(const use::Row& row) {
    std::vector<std::string> texts;
    for (const Severity severity : {Severity::problem, Severity::note}) {
        for (const use::Finding& finding : row.findings) {
            if (finding.severity == severity) texts.push_back(finding.text);
        }
    }
    return texts.empty() ? good_news(row) : joined(texts, "; ");
}

std::vector<std::string> cells(const use::Row& row) {
    return {row.name.display(),
            std::string(to_string(row.severity())),
            row.installed && row.installed->digest ? row.installed->digest->id() : "-",
            figure(row.contexts.declared),
            figure(row.contexts.supported),
            figure(row.contexts.served),
            reason(row)};
}

std::string tally(const use::Report& report) {
    constexpr std::array severities{Severity::problem, Severity::note, Severity::ok};
    constexpr std::array words{" with a problem", " with a note", " ok"};
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < severities.size(); ++i) {
        const std::size_t count = report.count(severities[i]);
        if (count > 0) parts.push_back(std::to_string(count) + words[i]);
    }
    return counted(report.rows.size(), "model") + (parts.empty() ? "" : ": " + joined(parts, ", ")) + "\n";
}

std::string figure(std::size_t count, std::string_view word) {
    return count == 0 ? "" : ", " + std::to_string(count) + " " + std::string(word);
}

// "content: 12 blobs: 11 good, 1 bad; 3 read (1.2 GB), 9 remembered (3.4 GB)"
std::string summary(const use::ContentSummary& summary) {
    const use::RowContent& count = summary.count;
    const std::size_t known = count.good + count.bad + count.unread;
    const std::string text = figure(count.good, "good") + figure(count.bad, "bad") + figure(count.unread, "unread") +
                             figure(count.blobs - known, "not looked at");
    std::string line = "content: " + counted(count.blobs, "blob");
    if (!text.empty()) line += ": " + text.substr(2);
    return line + "; " + to_string(summary.read) + " read, " + to_string(summary.remembered) + " remembered\n";
}

Table table_of(const use::Report& report) {
    Table table(
        {{"MODEL"}, {"STATUS"}, {"ID"}, {"CONTEXT"}, {"SUPPORTED"}, {"SERVED"}, {"REASON", Table::Cut::middle}});
    for (const use::Row& row : report.rows)
        table.add(cells(row));
    return table;
}

std::string below(const use::Report& report) {
    return tally(report) + (report.content ? summary(*report.content) : "");
}

} // namespace

std::string text(const use::Report& report, std::size_t columns) {
    return table_of(report).text(columns) + below(report);
}

std::vector<ui::Annotation> annotations(const use::Report& report) {
    std::vector<ui::Annotation> all;
    for (const use::Row& row : report.rows) {
        if (row.severity() != Severity::problem) continue;
        ui::Annotation annotation;
        annotation.text = printable(row.name.display() + ": " + reason(row));
        all.push_back(std::move(annotation));
    }
    return all;
}

std::string markdown(const use::Report& report) {
    return table_of(report).markdown() + "\n" + ui::markdown_preformatted(below(report));
}

} // namespace codemate::cli::verify
