#pragma once

#include <string>
#include <string_view>

namespace codemate::ui {

// The runner of GitHub Actions obeys "::command" at the beginning of a line after white space, and the older
// "##[command]" anywhere in it (src/Runner.Common/ActionCommand.cs). Text from a server or a file must not give it
// orders: takes the sting out of them, in pieces of text of any length. What it writes instead means the same in JSON.
class CommandFilter {
public:
    std::string pass(std::string_view text);
    void new_line() { begun_ = false; }

private:
    bool begun_ = false; // the line has something that makes it no command
};

// https://docs.github.com/actions, "Workflow commands": what follows the second :: is unescaped by the runner.
std::string escaped_data(std::string_view);

} // namespace codemate::ui
