#include "codemate/lifecycle/embeddings.hpp"

#include <algorithm>

namespace codemate::lifecycle::embeddings {
namespace {

using What = Finding::What;

// What was wrong with the vectors beside those remembered before is settled: these are the store's now. Whether it was
// built anew nobody can see but where it says so itself.
void settle(Report& report, const ModelName& model) {
    const bool differed = report.vectors && rules::is_problem(report.vectors->verdict);
    std::erase_if(report.findings,
                  [](const Finding& finding) { return finding.what == What::vectors || finding.what == What::pin; });
    report.must_rebuild = report.store_disagrees;
    if (!differed) return;
    report.findings.push_back({Severity::note, What::vectors,
                               "the vectors of " + model.display() + " are accepted as those of the store",
                               "if it was not built anew yet, it has to be: `codemate embeddings --steps`"});
}

} // namespace

void remember(Report& report, const Facts& facts, const manifest::LockFile& file, Accept accept, const Run& run) {
    if (report.to_remember.empty() || !facts.locked) return;
    const bool known = !facts.locked->vectors.empty() || report.vectors_of;
    const bool fits = report.vectors_of && !rules::is_problem(report.vectors->verdict);
    if (accept == Accept::first_only && ((known && !fits) || report.store_disagrees)) return;
    file.update(
        [&](manifest::Lock& lock) {
            for (auto& [name, locked] : lock.models) {
                if (!name.same_on_server(*facts.model)) continue;
                // Looked at again under the file's lock: what another process has changed since stays.
                if (locked.digest != facts.locked->digest || locked.vectors != facts.locked->vectors) continue;
                report.remembered = locked.vectors != report.to_remember;
                locked.vectors = report.to_remember;
            }
            if (!report.remembered) return;
            for (auto& [name, locked] : lock.models) {
                const auto other = facts.others.find(name);
                if (other != facts.others.end() && locked.vectors == other->second) locked.vectors.clear();
            }
        },
        run.stop);
    if (report.remembered) settle(report, *facts.model);
}

} // namespace codemate::lifecycle::embeddings
