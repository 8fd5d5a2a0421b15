#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace codemate::cli {

// docs/cli.md, "Exit status". The statuses of errors come from their kinds (base/error).
inline constexpr int done = 0;
inline constexpr int some_failed = 1;

// Of a run over several items: done without failures, the failures' common status if they are equal, else some_failed.
int common_status(std::span<const int> failures);

int status_of_signal(int signal); // 128 + signal, as shells report it: 129, 130, 143

struct StatusRow {
    int status;
    std::string meaning;
};
const std::vector<StatusRow>& status_table(); // for --help and the manual

} // namespace codemate::cli
