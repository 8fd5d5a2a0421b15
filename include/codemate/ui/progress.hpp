#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/run.hpp"
#include "codemate/ui/out.hpp"
#include "codemate/ui/terminal.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace codemate::ui {

enum class ProgressMode { automatic, bar, plain, json, none };

// Shows the events of a use case on stderr. Never above 100 %, never backwards, at most ten times a second, whatever
// the events do; a total that grows or is unknown is shown as such.
class Progress {
public:
    virtual ~Progress() = default;
    virtual void handle(const Event&) = 0;
    virtual void clear() = 0; // takes what is drawn in place off the screen, so that other text can be written
};

struct ProgressOptions {
    ProgressMode mode = ProgressMode::automatic; // automatic: bar on an interactive terminal, else plain
    bool quiet = false;                          // -q: nothing but json, if asked for
    bool github_actions = false;                 // plain: items as ::group::
    bool results_follow = false;                 // bar: how items ended is said elsewhere on the same screen
    std::function<std::size_t()> columns;        // the terminal's width, asked at each redraw; not set: the Terminal's
};

// `out` and `clock` outlive it.
std::unique_ptr<Progress> make_progress(const ProgressOptions&, const Terminal&, Out& out, const Clock& clock);

} // namespace codemate::ui
