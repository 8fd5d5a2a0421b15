#pragma once

#include "cli/recovery.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/update.hpp"

#include <optional>
#include <string>
#include <string_view>

// update and rollback show the same things.
namespace codemate::cli::update {

std::string text(const lifecycle::update::Plan&, std::size_t columns);
enum class Changes { told, seen }; // seen: what changes layer by layer has just been read
std::string text(const lifecycle::update::Report&, Changes, std::size_t columns);
std::string markdown(const lifecycle::update::Report&);
std::string question(const lifecycle::update::Plan&);

// `verb`: "update" or "rollback".
json::Value document(std::string_view verb, const lifecycle::update::Plan&, const std::optional<Error>& refusal,
                     int status, Wiring&);
json::Value document(std::string_view verb, const lifecycle::update::Report&, const Recovered&, int status, Wiring&);

} // namespace codemate::cli::update
