#pragma once

#include "cli/options.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::cli {

class Wiring;

// One verb. It declares its options, and runs with them: gather, plan, execute, render.
class Command {
public:
    virtual ~Command() = default;
    virtual void declare(Options&) = 0;
    virtual int run(Wiring&) = 0; // the exit status; throws Error and Interrupted
    virtual bool takes_several_manifests() const { return false; }
};

enum class Group { everyday, project, shell };

// A row of the table in commands.cpp.
struct CommandInfo {
    std::string name;
    Group group;
    std::string summary;               // one line, for the list of commands
    std::string description;           // a few sentences, for its own help; "\n\n" between paragraphs
    std::vector<std::string> examples; // command lines, each with a comment behind two spaces and a #
    std::unique_ptr<Command> (*make)();
    int json_schema = 1;    // the number in "codemate/<name>/1"
    std::string alias = {}; // a shorter name; empty: none
};

const std::vector<CommandInfo>& commands();
std::string_view heading(Group);

} // namespace codemate::cli
