#include "lifecycle/check/rules.hpp"

#include "codemate/json/value.hpp"

#include <algorithm>

namespace codemate::lifecycle::check {

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::problem:
        return "problem";
    case Severity::warning:
        return "warning";
    case Severity::note:
        break;
    }
    return "note";
}

std::string_view to_string(Rule rule) {
    switch (rule) {
    case Rule::context:
        return "context";
    case Rule::budget:
        return "budget";
    case Rule::source:
        return "source";
    case Rule::expectation:
        return "expectation";
    case Rule::moving_tag:
        return "moving_tag";
    case Rule::document_stale:
        return "document_stale";
    case Rule::document_placeholder:
        return "document_placeholder";
    case Rule::document_figure:
        return "document_figure";
    case Rule::document_link:
        return "document_link";
    case Rule::quantization:
        return "quantization";
    case Rule::reference_undeclared:
        return "reference_undeclared";
    case Rule::reference_misspelt:
        return "reference_misspelt";
    case Rule::reference_contradicts:
        return "reference_contradicts";
    case Rule::undeclared:
        break;
    }
    return "undeclared";
}

std::size_t Report::count(Severity severity) const {
    return static_cast<std::size_t>(std::count_if(
        findings.begin(), findings.end(), [&](const Finding& finding) { return finding.severity == severity; }));
}

void Report::add(std::vector<Finding> more) {
    for (Finding& finding : more)
        findings.push_back(std::move(finding));
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
}

std::string place_of(const ModelName& name, std::string_view below) {
    return "/models" + json::pointer_step(name.display()) + std::string(below);
}

const manifest::Locked* locked(const Facts& facts, const ModelName& name) {
    return facts.lock ? facts.lock->find(name) : nullptr;
}

Facts gather(const manifest::Manifest& manifest, const Ports& ports, const Run&) {
    Facts facts{manifest, std::nullopt};
    if (ports.lock != nullptr && ports.lock->exists()) facts.lock = ports.lock->read();
    return facts;
}

Report examine(const Facts& facts) {
    Report report;
    check_contexts(facts, report.findings);
    check_budget(facts, report.findings);
    check_pins(facts, report.findings);
    check_moving_tags(facts, report.findings);
    check_quantizations(facts, report.findings);
    report.add({});
    report.declared = facts.manifest.models.size();
    report.required = manifest::required_set(facts.manifest).size();
    report.locked = facts.lock ? facts.lock->models.size() : 0;
    return report;
}

} // namespace codemate::lifecycle::check
