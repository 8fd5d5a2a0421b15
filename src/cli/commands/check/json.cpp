#include "cli/commands/check/render.hpp"
#include "cli/commands/json_parts.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli::check {
namespace {

namespace use = lifecycle::check;
using json::Value;

Value finding_json(const use::Finding& finding) {
    Value object = Value::object();
    object.set("severity", use::to_string(finding.severity)).set("rule", use::to_string(finding.rule));
    if (finding.model) object.set("model", finding.model->display());
    const bool of_project = !finding.file.empty();
    object.set("file", of_project ? "project" : finding.in_lock ? "lock" : "manifest").set("place", finding.place);
    if (of_project) object.set("path", printable(finding.file, 4096));
    object.set("text", finding.text);
    if (finding.line != 0) object.set("line", finding.line);
    if (!finding.hint.empty()) object.set("hint", finding.hint);
    return object;
}

} // namespace

Value document(const use::Report& report, const Files& files, int status) {
    Value document = ui::envelope("check", 1, status);
    document.set("manifest", manifest_json(files.manifest));
    if (!files.lock.empty()) document.set("lock", Value::object().set("path", files.lock.string()));
    Value findings = Value::array();
    for (const use::Finding& finding : report.findings)
        findings.add(finding_json(finding));
    document.set("findings", std::move(findings)).set("declared", report.declared).set("required", report.required);
    document.set("locked", report.locked).set("problems", report.count(use::Severity::problem));
    return document.set("warnings", report.count(use::Severity::warning))
        .set("notes", report.count(use::Severity::note));
}

} // namespace codemate::cli::check
