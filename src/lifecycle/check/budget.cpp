#include "lifecycle/check/rules.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/drift.hpp"
#include "codemate/rules/space.hpp"

namespace codemate::lifecycle::check {

void check_budget(const Facts& facts, Findings& findings) {
    if (!facts.manifest.disk_budget) return;
    const ByteCount budget = *facts.manifest.disk_budget;
    rules::Together together;
    std::size_t unknown = 0;
    for (const ModelName& name : manifest::required_set(facts.manifest)) {
        const manifest::Locked* pin = locked(facts, name);
        if (pin == nullptr)
            ++unknown;
        else if (const auto image = rules::image_of(*pin))
            together.add(*image);
        else
            together.add_whole(pin->digest, pin->size);
    }
    if (together.sum() <= budget) return;
    const std::string known = unknown == 0 ? "takes " : "takes at least ";
    findings.push_back({Severity::problem, Rule::budget, std::nullopt, "/budget/disk", false,
                        "the required set " + known + to_string(together.sum()) + " by the lock, " +
                            to_string(together.sum() - budget) + " more than the budget of " + to_string(budget),
                        "raise the budget, or require smaller models"});
}

} // namespace codemate::lifecycle::check
