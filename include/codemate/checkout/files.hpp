#pragma once

#include "codemate/base/run.hpp"
#include "codemate/checkout/glob.hpp"
#include "codemate/machine/programs.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A project's directory: which files are its own, and what text they have.
namespace codemate::checkout {

// Which files of a directory are left alone, by gitignore's patterns: one a line; empty lines and those that begin with
// # say nothing; ! takes a later exception; a / at the beginning or within binds the pattern to the directory of the
// file, else it may stand at any depth; a / at the end means directories only; the rest as Glob.
class IgnoreRules {
public:
    struct Unsupported {
        std::size_t line;
        std::string pattern, why;
    };

    static IgnoreRules parse(std::string_view text); // never throws for content
    // Relative, of a file; the last rule that fits decides. Throws Interrupted.
    bool ignores(std::string_view path, const Stop& = {}) const;
    bool empty() const { return rules_.empty(); }
    const std::vector<Unsupported>& unsupported() const { return unsupported_; } // lines that say nothing therefore

private:
    struct Rule {
        Glob glob;
        bool exception = false, anchored = false, directory = false;
    };
    bool decided(std::string_view path, bool directory, const Stop&) const;
    std::vector<Rule> rules_;
    std::vector<Unsupported> unsupported_;
};

inline constexpr std::string_view ignore_file = ".codemateignore";

struct Listing {
    enum class How {
        git,    // what git tracks, and what it neither tracks nor ignores
        walked, // all of the directory but what tools make (.git, node_modules, build …), through no symbolic link
    };
    How how = How::walked;
    std::vector<std::string> files;  // relative to the directory, in order, each once
    std::vector<std::string> nested; // directories that are checkouts of their own: not entered; a submodule that git
                                     // tracks is among the files, and read_text() tells
    std::string why_walked;          // where there is a .git, and git does not answer for it; else empty
    std::vector<IgnoreRules::Unsupported> not_ignored; // lines of .codemateignore that are not followed
};

// The files of a directory, without those that its .codemateignore leaves out. Throws Error{storage, not_found} where
// the directory or its .codemateignore cannot be read, and Interrupted.
Listing list(const std::filesystem::path& directory, machine::Programs&, const Stop&);

// Why a file was not read.
enum class Unread {
    gone,      // deleted, but not yet for git
    directory, // of git's files: a submodule
    no_file,   // a symbolic link, a device
    binary,    // a zero byte in its first 8 KiB
    utf16,     // the same, but its first bytes say that it is text
    too_large, // more than 4 MiB
    failed,    // no permission, or a failure of the disk
};

// Never throws for a file that cannot be read, and never follows a link in the last place of the path. `into` lends its
// memory, so that reading many files allocates little.
std::optional<Unread> read_text(const std::filesystem::path& directory, const std::string& file, std::string& into);

} // namespace codemate::checkout
