#include "codemate/lifecycle/embeddings.hpp"

namespace codemate::lifecycle::embeddings {

void remember(Report& report, const Facts& facts, const manifest::LockFile& file, Accept accept, const Run& run) {
    if (report.to_remember.empty() || !facts.locked) return;
    const bool known = !facts.locked->vectors.empty() || report.vectors_of;
    const bool fits = report.vectors_of && !rules::is_problem(report.vectors->verdict);
    if (accept == Accept::first_only && known && !fits) return;
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
}

} // namespace codemate::lifecycle::embeddings
