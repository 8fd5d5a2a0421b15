#pragma once

#include "codemate/lifecycle/update.hpp"

#include <string>
#include <vector>

namespace codemate::cli {

class Wiring;

namespace update {

struct Line {
    enum class Verb { update, rollback } verb = Verb::update;
    lifecycle::update::Options options;
    std::vector<std::string> tests;              // commands of --validate
    Duration patience{std::chrono::minutes(10)}; // with each of them
    bool gate = false;                           // typed: without a verdict it fails
    double share = 0.1;                          // by how much a token may take longer
    bool dry_run = false;
    bool yes = false;
};

// What `update` and `rollback` do from here on: gather, plan, ask, execute, show. The exit status.
int change_contents(const Line&, Wiring&);

} // namespace update
} // namespace codemate::cli
