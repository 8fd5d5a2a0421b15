#include "codemate/ui/terminal.hpp"

#include "codemate/base/text.hpp"

#include <charconv>
#include <sys/ioctl.h>
#include <unistd.h>

namespace codemate::ui {
namespace {

std::string_view value_of(const Getenv& getenv, const char* name) {
    const char* value = getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

// Shells set COLUMNS without exporting it, so it is the last resort only; 0 if it holds no sensible number.
std::size_t columns_of_environment(const Getenv& getenv) {
    const std::string_view text = value_of(getenv, "COLUMNS");
    std::size_t columns = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), columns);
    const bool number = problem == std::errc{} && end == text.data() + text.size();
    return number && columns <= 10'000 ? columns : 0;
}

bool wants_colour(bool interactive, ColourChoice choice, const Getenv& getenv) {
    if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
    if (!value_of(getenv, "NO_COLOR").empty()) return false; // https://no-color.org
    const std::string_view force = value_of(getenv, "CLICOLOR_FORCE");
    return interactive || (!force.empty() && force != "0"); // https://bixense.com/clicolors
}

// The first of the three that is set and not empty counts, as in setlocale().
bool has_utf8_locale(const Getenv& getenv) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string locale = to_lower(value_of(getenv, name));
        if (locale.empty()) continue;
        return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    }
    return false;
}

} // namespace

std::size_t columns_of(int fd, const Getenv& getenv) {
    if (::isatty(fd) == 0) return 0;
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const std::size_t columns = columns_of_environment(getenv);
    return columns > 0 ? columns : 80;
}

Terminal look_at(int fd, ColourChoice choice, const Getenv& getenv) {
    const std::string_view type = value_of(getenv, "TERM");
    Terminal terminal;
    terminal.interactive = ::isatty(fd) != 0 && !type.empty() && type != "dumb";
    terminal.colour = wants_colour(terminal.interactive, choice, getenv);
    terminal.unicode = has_utf8_locale(getenv);
    terminal.columns = columns_of(fd, getenv);
    return terminal;
}

bool is_set(const Getenv& getenv, const char* name) {
    const std::string_view value = value_of(getenv, name);
    return !value.empty() && value != "0" && !equal_ignoring_case(value, "false");
}

} // namespace codemate::ui
