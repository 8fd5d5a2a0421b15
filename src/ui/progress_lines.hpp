#pragma once

#include "codemate/ui/out.hpp"

#include <memory>
#include <string>

namespace codemate::ui {

// Where the plain form puts its lines.
class LineWriter {
public:
    enum class Weight { lasting, passing }; // passing: of interest only at the time when it is said

    virtual ~LineWriter() = default;
    virtual void say(const std::string& item, const std::string& line, Weight) = 0;
    virtual void end(const std::string& item, const std::string& line) = 0;
};

std::unique_ptr<LineWriter> make_flat_lines(Out&);

// For GitHub Actions: the lines of an item in a ::group::. Groups do not nest and do not interleave, so one item at a
// time owns the log and the lasting lines of the others wait for their turn. What failed is annotated with its error.
std::unique_ptr<LineWriter> make_grouped_lines(Out&);

} // namespace codemate::ui
