#include "lifecycle/check/rules.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/pinned.hpp"

namespace codemate::lifecycle::check {

void check_budget(const Facts& facts, Findings& findings) {
    if (!facts.manifest.disk_budget) return;
    const ByteCount budget = *facts.manifest.disk_budget;
    const std::vector<ModelName> required = manifest::required_set(facts.manifest);
    const rules::PinnedSize size = rules::pinned_size(required, facts.lock ? *facts.lock : manifest::Lock{});
    if (size.sum <= budget) return;
    const std::string known = size.unknown == 0 ? "takes " : "takes at least ";
    findings.push_back({Severity::problem, Rule::budget, std::nullopt, "/budget/disk", false,
                        "the required set " + known + to_string(size.sum) + " by the lock, " +
                            to_string(size.sum - budget) + " more than the budget of " + to_string(budget),
                        "raise the budget, or require smaller models"});
}

} // namespace codemate::lifecycle::check
