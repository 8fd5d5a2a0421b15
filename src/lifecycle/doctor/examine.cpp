#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::doctor {
namespace {

constexpr std::array table{
    Check{"server", check_server},
    Check{"version", check_version},
    Check{"clock", check_clock},
    Check{"proxy", check_proxy},
    Check{"list", check_list},
    Check{"store", check_store},
    Check{"cleanup", check_cleanup},
    Check{"content", check_content},
    Check{"downloads", check_downloads},
    Check{"leftovers", check_leftovers},
    Check{"snapshots", check_snapshots},
    Check{"space", check_space},
    Check{"memory", check_memory},
    Check{"gpu", check_gpu},
    Check{"context", check_context},
    Check{"variables", check_variables},
    Check{"manifest", check_manifest},
    Check{"lock", check_lock},
    Check{"required", check_required},
    Check{"references", check_references},
    Check{"embeddings", check_embeddings},
    Check{"completion", check_completion},
};

Findings examined(const Check& check, const Facts& facts) {
    try {
        return check.examine(facts);
    } catch (const Error& error) {
        return {skipped("could not be checked: " + error.message())};
    } catch (const std::exception& surprise) {
        return {skipped("could not be checked: " + printable(surprise.what()))};
    }
}

} // namespace

std::span<const Check> checks() {
    return table;
}

Report examine(const Facts& facts, std::span<const Check> checks) {
    Report report{{}, facts.contact.version};
    for (const Check& check : checks) {
        for (Finding& finding : examined(check, facts)) {
            finding.check = check.id;
            report.findings.push_back(std::move(finding));
        }
    }
    return report;
}

std::size_t Report::count(Level level) const {
    return static_cast<std::size_t>(std::ranges::count(findings, level, &Finding::level));
}

std::string_view to_string(Level level) {
    switch (level) {
    case Level::ok:
        break;
    case Level::note:
        return "note";
    case Level::problem:
        return "problem";
    case Level::skipped:
        return "skipped";
    }
    return "ok";
}

} // namespace codemate::lifecycle::doctor
