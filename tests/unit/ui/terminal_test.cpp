#include "support/catch.hpp"

#include "codemate/ui/terminal.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <stdexcept>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace codemate::ui;

namespace {

using Variables = std::map<std::string, std::string>;

Getenv environment(const Variables& variables) {
    return [&variables](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
}

class File {
public:
    explicit File(int fd) : fd_(fd) {
        if (fd < 0) throw std::runtime_error("cannot open");
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

// Both ends of a pseudo-terminal.
class Pty {
public:
    int fd() const { return slave_.get(); }
    void resize(unsigned short columns) const {
        winsize size{};
        size.ws_row = 24;
        size.ws_col = columns;
        REQUIRE(::ioctl(slave_.get(), TIOCSWINSZ, &size) == 0);
    }

private:
    static int open_slave(int master) {
        if (::grantpt(master) != 0 || ::unlockpt(master) != 0) return -1;
        return ::open(::ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    File master_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    File slave_{open_slave(master_.get())};
};

} // namespace

TEST_CASE("what is no terminal is neither interactive nor has it a width") {
    const File null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    const Variables variables{{"TERM", "xterm"}, {"COLUMNS", "120"}, {"LANG", "en_GB.UTF-8"}};
    const Terminal terminal = look_at(null.get(), ColourChoice::automatic, environment(variables));
    CHECK_FALSE(terminal.interactive);
    CHECK_FALSE(terminal.colour);
    CHECK(terminal.unicode);
    CHECK(terminal.columns == 0);
}

TEST_CASE("a terminal is interactive unless TERM says that it cannot move its cursor") {
    struct Row {
        Variables variables;
        bool interactive;
    };
    const Pty pty;
    for (const Row& row : {Row{{{"TERM", "xterm-256color"}}, true}, Row{{{"TERM", "dumb"}}, false},
                           Row{{{"TERM", ""}}, false}, Row{{}, false}}) {
        const Terminal terminal = look_at(pty.fd(), ColourChoice::automatic, environment(row.variables));
        CHECK(terminal.interactive == row.interactive);
        CHECK(terminal.colour == row.interactive);
    }
}

TEST_CASE("width: the window's, else COLUMNS, else 80") {
    const Pty pty;
    const auto columns = [&pty](const Variables& variables) { return columns_of(pty.fd(), environment(variables)); };
    pty.resize(132);
    CHECK(columns({{"COLUMNS", "50"}}) == 132);
    CHECK(look_at(pty.fd(), ColourChoice::never, environment({})).columns == 132);
    pty.resize(40);
    CHECK(columns({}) == 40);
    pty.resize(0);
    CHECK(columns({{"COLUMNS", "50"}}) == 50);
    for (const char* text : {"", "0", "-3", "wide", "50x", "99999999999999999999", "10001"})
        CHECK(columns({{"COLUMNS", text}}) == 80);
    CHECK(columns({}) == 80);
}

TEST_CASE("colour: the option, then NO_COLOR, then CLICOLOR_FORCE, then the terminal") {
    struct Row {
        ColourChoice choice;
        Variables variables;
        bool on_terminal, on_file;
    };
    const Pty pty;
    const File null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    const auto automatic = ColourChoice::automatic;
    for (Row row :
         {Row{automatic, {}, true, false}, Row{automatic, {{"NO_COLOR", "1"}}, false, false},
          Row{automatic, {{"NO_COLOR", ""}}, true, false},
          Row{automatic, {{"NO_COLOR", "0"}}, false, false}, // any text that is not empty
          Row{automatic, {{"CLICOLOR_FORCE", "1"}}, true, true}, Row{automatic, {{"CLICOLOR_FORCE", "0"}}, true, false},
          Row{automatic, {{"CLICOLOR_FORCE", ""}}, true, false},
          Row{automatic, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}, false, false},
          Row{ColourChoice::always, {{"NO_COLOR", "1"}}, true, true},
          Row{ColourChoice::never, {{"CLICOLOR_FORCE", "1"}}, false, false}}) {
        row.variables["TERM"] = "xterm";
        CHECK(look_at(pty.fd(), row.choice, environment(row.variables)).colour == row.on_terminal);
        CHECK(look_at(null.get(), row.choice, environment(row.variables)).colour == row.on_file);
    }
}

TEST_CASE("the character set: LC_ALL, LC_CTYPE, LANG, the first that is set") {
    struct Row {
        Variables variables;
        bool unicode;
    };
    for (const Row& row :
         {Row{{}, false}, Row{{{"LANG", "C"}}, false}, Row{{{"LANG", "C.UTF-8"}}, true},
          Row{{{"LANG", "de_DE.utf8"}}, true}, Row{{{"LC_CTYPE", "en_GB.UTF-8"}, {"LANG", "C"}}, true},
          Row{{{"LC_ALL", "C"}, {"LC_CTYPE", "en_GB.UTF-8"}, {"LANG", "en_GB.UTF-8"}}, false},
          Row{{{"LC_ALL", ""}, {"LANG", "en_GB.UTF-8"}}, true}, Row{{{"LANG", "de_DE.ISO-8859-1"}}, false}}) {
        CHECK(look_at(-1, ColourChoice::automatic, environment(row.variables)).unicode == row.unicode);
    }
}

TEST_CASE("0, false and empty count as unset") {
    const Variables variables{{"A", ""},  {"B", "0"},    {"C", "false"}, {"D", "FALSE"}, {"E", "False"},
                              {"F", "1"}, {"G", "true"}, {"H", "no"},    {"I", "00"}};
    const Getenv get = environment(variables);
    for (const char* name : {"A", "B", "C", "D", "E", "MISSING"})
        CHECK_FALSE(is_set(get, name));
    for (const char* name : {"F", "G", "H", "I"})
        CHECK(is_set(get, name));
}
