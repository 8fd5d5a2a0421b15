#include "codemate/base/text.hpp"

#include "cli/commands/docs/render.hpp"

namespace codemate::cli::docs {

namespace use = lifecycle::docs;

std::string text(const use::Report& report, const std::string& document, const std::string& history) {
    std::string text;
    if (report.wrote_history)
        text += "recorded " + counted(report.plan.recorded, "measurement") + " of this machine in " + history + "\n";
    if (!report.wrote_document) return text + document + " is up to date; nothing was written\n";
    return text + "wrote " + document + ": " + listed(report.plan.composed.changed) + "\n";
}

std::string findings_text(const std::vector<use::Finding>& findings, const std::string& document,
                          const ui::Style& style) {
    std::string text;
    for (const use::Finding& finding : findings) {
        text += style.bad("problem") + ": " + document + ": ";
        if (finding.line != 0) text += "line " + std::to_string(finding.line) + ": ";
        text += printable(finding.text) + (finding.hint.empty() ? "" : "; " + printable(finding.hint)) + "\n";
    }
    return text + document + ": " + (findings.empty() ? "no problems" : counted(findings.size(), "problem")) + "\n";
}

} // namespace codemate::cli::docs
