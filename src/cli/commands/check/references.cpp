#include "cli/commands/check/render.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>

namespace codemate::cli::check {
namespace {

namespace use = lifecycle::check;
namespace refs = lifecycle::refs;
using use::Rule;
using use::Severity;

use::Finding finding_of(const refs::Item& item, const Project& project, Severity severity, Rule rule) {
    use::Finding finding{severity, rule, item.mention.name, "", false, "", ""};
    finding.line = item.mention.line;
    finding.file = project.shown(item.file);
    return finding;
}

use::Finding problem(const refs::Item& item, const Project& project) {
    const bool misspelt = item.state == refs::State::misspelt;
    use::Finding finding =
        finding_of(item, project, Severity::problem, misspelt ? Rule::reference_misspelt : Rule::reference_contradicts);
    finding.text = quoted(item.mention.text, 200) +
                   (misspelt ? " is no model that is known" : " makes embeddings, but " + item.text);
    if (misspelt) finding.hint = item.text;
    return finding;
}

} // namespace

void add_references(use::Report& report, const refs::Report& references, const Project& project) {
    std::map<ModelName, std::size_t, ServerOrder> undeclared; // how many mentions
    for (const refs::Item& item : references.items) {
        if (item.is_problem()) report.findings.push_back(problem(item, project));
        if (item.state == refs::State::undeclared) ++undeclared[item.mention.name];
    }
    for (const refs::Item& item : references.items) {
        const auto found = undeclared.find(item.mention.name);
        if (item.state != refs::State::undeclared || found == undeclared.end()) continue;
        use::Finding finding = finding_of(item, project, Severity::warning, Rule::reference_undeclared);
        finding.text = quoted(item.mention.text, 200) + " is not declared";
        if (found->second > 1)
            finding.text += ", here and in " + counted(found->second - 1, "other place") + ": `codemate refs " +
                            item.mention.name.display() + "`";
        report.findings.push_back(std::move(finding));
        undeclared.erase(found);
    }
    std::stable_sort(report.findings.begin(), report.findings.end(),
                     [](const use::Finding& a, const use::Finding& b) { return a.severity < b.severity; });
}

std::vector<ui::Annotation> annotations(const use::Report& report, const Files& files) {
    std::vector<ui::Annotation> all;
    for (const use::Finding& finding : report.findings) {
        if (finding.severity == Severity::note) continue;
        ui::Annotation annotation;
        annotation.level =
            finding.severity == Severity::problem ? ui::Annotation::Level::error : ui::Annotation::Level::warning;
        std::error_code none;
        const std::filesystem::path file = !finding.file.empty() ? std::filesystem::path(finding.file)
                                           : finding.in_lock     ? files.lock
                                                                 : files.manifest.path;
        // An absolute path: the runner knows where its workspace is, wherever we were started.
        annotation.file = file.empty() ? "" : std::filesystem::absolute(file, none).lexically_normal().string();
        annotation.line = finding.line;
        annotation.text = printable(finding.text) + (finding.hint.empty() ? "" : "; " + printable(finding.hint));
        if (!annotation.file.empty()) all.push_back(std::move(annotation));
    }
    return all;
}

} // namespace codemate::cli::check
