#include "cli/commands/doctor/render.hpp"
#include "cli/commands/json_parts.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli::doctor {
namespace {

namespace use = lifecycle::doctor;
using json::Value;

Value finding_json(const use::Finding& finding) {
    Value object = Value::object();
    object.set("check", finding.check).set("level", use::to_string(finding.level));
    if (!finding.cause.empty()) object.set("id", finding.id());
    object.set("found", printable(finding.found, 2000));
    if (!finding.why.empty()) object.set("why", printable(finding.why, 2000));
    if (!finding.advice.empty()) {
        Value advice = Value::array();
        for (const std::string& each : finding.advice)
            advice.add(printable(each, 2000));
        object.set("advice", std::move(advice));
    }
    return object;
}

Value contact_json(const use::Facts& facts) {
    Value object = Value::object();
    object.set("address", facts.options.address);
    const std::string& version = facts.contact.version;
    object.set("version", version.empty() ? Value() : Value(printable(version, 60)));
    if (facts.contact.answer) object.set("http_status", facts.contact.answer->status);
    return object;
}

} // namespace

Value document(const use::Facts& facts, const use::Report& report, int status) {
    Value document = ui::envelope("doctor", 1, status);
    document.set("server", contact_json(facts));
    if (facts.manifest) document.set("manifest", manifest_json(facts.manifest->origin));
    Value findings = Value::array();
    for (const use::Finding& finding : report.findings)
        findings.add(finding_json(finding));
    document.set("findings", std::move(findings)).set("problems", report.count(use::Level::problem));
    return document.set("notes", report.count(use::Level::note)).set("skipped", report.count(use::Level::skipped));
}

} // namespace codemate::cli::doctor
