#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace codemate::cli {

// One option or argument of a command, declared once: the parser, --help and the manual read the same declaration.
struct Option {
    // Where its value goes.
    using Target = std::variant<bool*, int*, std::optional<std::string>*, std::vector<std::string>*>;

    std::string name;  // "--sort", "-q,--quiet", or "TARGET" for an argument
    std::string value; // "KEY": what stands for its value in help; empty: a flag
    std::string help;  // one sentence, lower case, no full stop
    Target target;
    std::vector<std::string> choices; // the values it may have; empty: any
    std::string implied = {};         // its value where it is given without one: "--gate" or "--gate=5%"; empty: none

    bool is_argument() const { return !name.empty() && name.front() != '-'; }
    std::string long_name() const; // "--quiet"
    bool may_repeat() const { return std::holds_alternative<std::vector<std::string>*>(target); }
};

class Options {
public:
    void flag(std::string name, bool& target, std::string help);
    void count(std::string name, int& target, std::string help); // may be given several times: -vv
    void value(std::string name, std::string value, std::optional<std::string>& target, std::string help,
               std::vector<std::string> choices = {});
    // Its value, if any, stands behind "=".
    void optional_value(std::string name, std::string implied, std::optional<std::string>& target, std::string help);
    // May be given several times, with one value each time.
    void values(std::string name, std::string value, std::vector<std::string>& target, std::string help);
    void argument(std::string name, std::optional<std::string>& target, std::string help);
    void arguments(std::string name, std::vector<std::string>& target, std::string help);

    const std::vector<Option>& all() const { return options_; }

private:
    std::vector<Option> options_;
};

} // namespace codemate::cli
