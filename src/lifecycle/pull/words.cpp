#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

using Do = Step::Do;

std::string_view to_string(Do what) {
    switch (what) {
    case Do::fetch_locked:
        return "fetch_locked";
    case Do::fetch:
        return "fetch";
    case Do::fetch_limited:
        return "fetch_limited";
    case Do::copy_installed:
        return "copy_installed";
    case Do::nothing:
        return "nothing";
    case Do::refuse:
        break;
    }
    return "refuse";
}

std::string_view to_string(Pace pace) {
    switch (pace) {
    case Pace::smooth:
        return "smooth";
    case Pace::average:
        return "average";
    case Pace::none:
        break;
    }
    return "none";
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::copied:
        return "copied";
    case Outcome::pulled:
        return "pulled";
    case Outcome::updated:
        return "updated";
    case Outcome::unchanged:
        return "unchanged";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not_started";
}

} // namespace codemate::lifecycle::pull
