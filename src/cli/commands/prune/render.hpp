#pragma once

#include "cli/recovery.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/value.hpp"
#include "codemate/lifecycle/prune.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace codemate::cli {

class Wiring;

namespace prune {

std::string text(const lifecycle::prune::Plan&, std::size_t columns);
std::string text(const lifecycle::prune::Report&, std::size_t columns);
std::string markdown(const lifecycle::prune::Report&);
std::string question(const lifecycle::prune::Plan&);
std::string amount(ByteCount, lifecycle::prune::Plan const&); // "1.2 GB", or "up to 1.2 GB" where it is not known

struct Asked {
    std::string_view command; // "prune" or "rm"
    bool dry_run = false;
};
json::Value document(const Asked&, const lifecycle::prune::Plan&, const std::optional<Error>& refusal, int status,
                     Wiring&);
json::Value document(const Asked&, const lifecycle::prune::Plan&, const lifecycle::prune::Report&, const Recovered&,
                     int status, Wiring&);

} // namespace prune
} // namespace codemate::cli
