#include "cli/exit_status.hpp"

#include <algorithm>

namespace codemate::cli {

int common_status(std::span<const int> failures) {
    if (failures.empty()) return done;
    const bool equal =
        std::all_of(failures.begin(), failures.end(), [&](int status) { return status == failures.front(); });
    return equal ? failures.front() : some_failed;
}

int status_of_signal(int signal) {
    return 128 + signal;
}

const std::vector<StatusRow>& status_table() {
    static const std::vector<StatusRow> table{
        {0, "done"},
        {1, "an item failed; also when several failed for different reasons"},
        {2, "the command line, an environment variable, the manifest or the lock is wrong"},
        {3, "a check found problems"},
        {4, "the server or a registry cannot be reached or does not answer as it should; trying again may help"},
        {5, "not found"},
        {6, "storage: no space, no permission, unreadable"},
        {7, "refused: a rule forbids it, or consent is missing"},
        {70, "a defect of codemate"},
        {129, "ended by SIGHUP; 130 by SIGINT (Ctrl-C), 143 by SIGTERM"},
    };
    return table;
}

} // namespace codemate::cli
