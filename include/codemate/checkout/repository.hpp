#pragma once

#include "codemate/base/run.hpp"
#include "codemate/machine/programs.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::checkout {

// What git says of a directory and of the files below it. Hooks, configuration, submodules and linked working trees are
// git's business: it is the program that answers, from that directory. Nothing here touches the network.
class Git {
public:
    Git(machine::Programs& programs, std::filesystem::path directory)
        : programs_(programs), directory_(std::move(directory)) {}

    // Why there is no checkout to work with: no git, no repository, a bare one, one that git refuses; one sentence, fit
    // for a terminal. Nothing: there is one.
    std::optional<std::string> obstacle(Stop) const;

    // The rest wants a checkout, and throws Error{failed} with git's own words where git refuses.
    std::filesystem::path top(Stop) const;       // of the working tree
    std::optional<std::string> head(Stop) const; // the commit's id; nothing: there is none yet
    std::string branch(Stop) const;              // empty: detached
    std::string remote(Stop) const;              // of the branch, else "origin", else the first; empty: none
    bool is_tracked(const std::filesystem::path&, Stop) const;
    bool is_changed(const std::filesystem::path&, Stop) const; // other than in the last commit, or new to git
    // Tracked files below the directory, relative to it, that are other than in the last commit, or than what is
    // staged; without a commit none. A submodule counts where another commit of it is checked out, not for what is in
    // it.
    enum class Since { last_commit, staged };
    std::vector<std::string> modified(Since, Stop) const;
    std::optional<std::string> tagged(const std::string& tag, Stop) const; // the commit's id; nothing: no such tag

    // An annotated tag of the last commit, as git's configuration says (signed, for instance).
    void tag(const std::string& tag, const std::string& message, Stop) const;

private:
    machine::Finished ask(std::vector<std::string> words, Stop, std::string input = {}) const;
    std::string tell(std::vector<std::string> words, Stop) const; // what it writes, without the last newline

    machine::Programs& programs_;
    std::filesystem::path directory_;
};

} // namespace codemate::checkout
