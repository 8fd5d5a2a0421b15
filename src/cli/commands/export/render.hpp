#pragma once

#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/exports.hpp"

#include <optional>
#include <string>

namespace codemate::cli::exporting {

// Where it all goes, in one word or two, and which form that is.
struct To {
    std::string shown;
    enum class Form { directory, registry } form = Form::directory;
};

// `columns`: of the terminal, 0 where there is none.
std::string text(const lifecycle::exports::Plan&, const To&, std::size_t columns); // of --dry-run
std::string text(const lifecycle::exports::Report&, const To&, std::size_t columns);

std::string markdown(const lifecycle::exports::Report&, const To&); // for the page of a job

// `store`: the models directory that was read, if one was.
json::Value document(const lifecycle::exports::Plan&, const To&, const std::optional<std::string>& store, int status,
                     Wiring&);
json::Value document(const lifecycle::exports::Report&, const To&, const std::optional<std::string>& store, int status,
                     Wiring&);

} // namespace codemate::cli::exporting
