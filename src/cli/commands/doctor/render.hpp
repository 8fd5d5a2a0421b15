#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/doctor.hpp"
#include "codemate/ui/annotation.hpp"
#include "codemate/ui/style.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace codemate::cli::doctor {

struct Look {
    bool symbols = false;    // on a terminal that can show them
    bool quiet = false;      // problems only
    std::size_t columns = 0; // of a terminal, to break lines at; 0: never
};

std::string text(const lifecycle::doctor::Report&, const Look&, const ui::Style&);
std::string markdown(const lifecycle::doctor::Report&);                    // problems and notes, for the job summary
std::vector<ui::Annotation> annotations(const lifecycle::doctor::Report&); // of the problems
json::Value document(const lifecycle::doctor::Facts&, const lifecycle::doctor::Report&, int status);

} // namespace codemate::cli::doctor
