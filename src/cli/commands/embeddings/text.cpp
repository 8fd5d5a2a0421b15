#include "codemate/base/text.hpp"

#include "cli/commands/embeddings/render.hpp"
#include "cli/commands/rebuild.hpp"

#include "codemate/ui/table.hpp"

namespace codemate::cli::embeddings {
namespace {

namespace use = lifecycle::embeddings;
using use::Severity;

std::string styled(Severity severity, const ui::Style& style) {
    const std::string word(use::to_string(severity));
    if (severity == Severity::problem) return style.bad(word);
    if (severity == Severity::warning) return style.warn(word);
    return word;
}

std::string model_line(const use::Facts& facts) {
    if (!facts.model) return {};
    std::string text = "model: " + facts.model->display();
    if (facts.server_failure) return text + ", the server does not answer\n";
    if (!facts.installed) return text + ", not installed\n";
    text += ", installed";
    if (facts.installed->digest) text += " at " + facts.installed->digest->hex().substr(0, 12);
    if (!facts.locked) return text + ", not pinned\n";
    const bool at_pin = facts.installed->digest && facts.locked->is(*facts.installed->digest);
    return text + (at_pin ? ", as it is pinned\n" : ", not as it is pinned\n");
}

std::string vectors_line(const use::Facts& facts, const use::Report& report) {
    if (!facts.model || !report.dimension) return {};
    std::string text = "vectors: " + counted(*report.dimension, "number") + " each";
    if (facts.measured.empty()) text += ", not measured now";
    if (report.remembered) return text + "; remembered in the lock from now on\n";
    if (report.vectors) text += "; " + rules::explain(*report.vectors);
    return text + "\n";
}

std::string store_line(const use::Facts& facts) {
    if (!facts.chroma) return {};
    return "store: " + printable(facts.directory.string()) + (facts.in_volume ? ", the volume's own directory" : "") +
           ", Chroma " + facts.chroma->version + "\n";
}

std::string yes_no(const use::Row& row) {
    if (!row.counts) return "does not count";
    if (row.agrees == false || row.same_model == false) return "no";
    return row.agrees ? "yes" : "not known";
}

std::string collections(const use::Report& report, std::size_t columns) {
    if (report.rows.empty()) return {};
    ui::Table table({{"COLLECTION", ui::Table::Cut::middle}, {"DIMENSION"}, {"EMBEDDINGS"}, {"MODEL"}, {"AGREES"}});
    for (const use::Row& row : report.rows) {
        const vector_store::Collection& each = row.collection;
        std::string model = each.model;
        if (model.empty() && each.function == "default") model = "(Chroma's own)";
        table.add({each.name, each.dimension ? std::to_string(*each.dimension) : "-", std::to_string(each.embeddings),
                   model.empty() ? "-" : model, yes_no(row)});
    }
    return "\n" + table.text(columns);
}

std::string findings(const use::Report& report, const ui::Style& style) {
    std::string text;
    for (const use::Finding& finding : report.findings) {
        text += styled(finding.severity, style) + ": " + printable(finding.text, 1000);
        if (!finding.hint.empty()) text += "; " + printable(finding.hint, 1000);
        text += "\n";
    }
    return text.empty() ? text : "\n" + text;
}

} // namespace

std::string text(const use::Facts& facts, const use::Report& report, Steps steps, std::size_t columns,
                 const ui::Style& style) {
    std::string text = model_line(facts) + vectors_line(facts, report) + store_line(facts);
    text += collections(report, columns) + findings(report, style);
    if (report.must_rebuild || steps == Steps::always) {
        if (const std::string rebuild = rebuild_text(report.rebuild); !rebuild.empty()) text += "\n" + rebuild;
    }
    // Nothing but findings: no blank line before them.
    return text.starts_with("\n") ? text.substr(1) : text;
}

} // namespace codemate::cli::embeddings
