#include "cli/commands/check/document.hpp"

#include "cli/wiring.hpp"

#include "codemate/lifecycle/docs.hpp"

#include <system_error>

namespace codemate::cli::check {
namespace {

namespace use = lifecycle::check;

use::Rule rule_of(lifecycle::docs::Rule rule) {
    switch (rule) {
    case lifecycle::docs::Rule::stale:
        return use::Rule::document_stale;
    case lifecycle::docs::Rule::placeholder:
        return use::Rule::document_placeholder;
    case lifecycle::docs::Rule::figure:
        return use::Rule::document_figure;
    case lifecycle::docs::Rule::link:
        break;
    }
    return use::Rule::document_link;
}

} // namespace

std::vector<use::Finding> document_findings(Wiring& wiring, const std::optional<manifest::Lock>& lock) {
    const manifest::Manifest& manifest = wiring.manifest();
    const std::filesystem::path path = lifecycle::docs::document_path(manifest.origin);
    std::error_code ignored;
    if (path.empty() || !std::filesystem::exists(path, ignored)) return {};
    const manifest::ReleasesFile releases(manifest.origin);
    const lifecycle::docs::Ports ports{releases, nullptr, path};
    const Run run{wiring.stop(), {}};
    const std::string shown = lifecycle::docs::document_shown(manifest.origin);
    std::vector<use::Finding> findings;
    for (const auto& each : lifecycle::docs::examine(lifecycle::docs::gather(manifest, lock, ports, run), ports, run)) {
        use::Finding finding{
            use::Severity::problem, rule_of(each.rule), std::nullopt, "", false, each.text, each.hint, each.line};
        finding.file = shown;
        findings.push_back(std::move(finding));
    }
    return findings;
}

} // namespace codemate::cli::check
