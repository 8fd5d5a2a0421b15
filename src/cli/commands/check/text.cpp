#include "codemate/base/text.hpp"

#include "cli/commands/check/render.hpp"

namespace codemate::cli::check {
namespace {

namespace use = lifecycle::check;
using use::Severity;

std::string styled(Severity severity, const ui::Style& style) {
    const std::string word(use::to_string(severity));
    if (severity == Severity::problem) return style.bad(word);
    if (severity == Severity::warning) return style.warn(word);
    return word;
}

std::string lock_name(const Files& files) {
    return printable(files.lock.filename().string());
}

std::string file_of(const use::Finding& finding, const Files& files) {
    if (!finding.file.empty()) return printable(finding.file);
    return finding.in_lock ? lock_name(files) : files.manifest.display();
}

std::string line_of(const use::Finding& finding, const Files& files, const ui::Style& style) {
    std::string line = styled(finding.severity, style) + ": ";
    line += file_of(finding, files) + ": ";
    if (finding.line != 0) line += "line " + std::to_string(finding.line) + ": ";
    if (!finding.place.empty()) line += printable(finding.place) + ": ";
    line += printable(finding.text);
    if (!finding.hint.empty()) line += "; " + printable(finding.hint);
    return line + "\n";
}

} // namespace

std::string text(const use::Report& report, const Files& files, const ui::Style& style) {
    std::string text;
    for (const use::Finding& finding : report.findings)
        text += line_of(finding, files, style);
    const std::size_t problems = report.count(Severity::problem);
    std::vector<std::string> counts{problems == 0 ? "no problems" : counted(problems, "problem")};
    if (const std::size_t warnings = report.count(Severity::warning)) counts.push_back(counted(warnings, "warning"));
    if (const std::size_t notes = report.count(Severity::note)) counts.push_back(counted(notes, "note"));
    text += files.manifest.display() + (files.lock.empty() ? "" : " and " + lock_name(files)) + ": " +
            counted(report.declared, "model") + ", " + std::to_string(report.required) + " required, " +
            std::to_string(report.locked) + " locked: ";
    return text + listed(counts) + "\n";
}

} // namespace codemate::cli::check
