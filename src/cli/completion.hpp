#pragma once

#include "cli/signals.hpp"
#include "cli/wiring.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::cli {

// The word that `codemate` is called with to complete a line: behind it stand the words of that line, up to the one
// that is being typed, which may be empty.
inline constexpr std::string_view completion_call = "__complete";

// The script that makes a shell complete codemate's lines: "bash", "zsh", "fish"; empty: there is none for it.
std::string_view completion_script(std::string_view shell);

struct Suggestion {
    std::string word; // the whole word, such as "--sort=name"
    std::string help; // one line

    bool operator==(const Suggestion&) const = default;
};

// Names that only manifest and server know, and files, which are the shell's own business.
struct Names {
    bool groups = false;
    bool roles = false;
    bool declared = false;
    bool installed = false;
    bool files = false;
    bool directories = false;

    bool operator==(const Names&) const = default;
};

// What may stand at the end of a line.
struct Sought {
    std::string before;                  // of the word that is being typed, what is no part of a name: "--keep="
    std::string typed;                   // the rest of it: names begin with this
    std::vector<Suggestion> suggestions; // by the declarations alone; they begin with what was typed
    Names names;
    GlobalOptions global; // as given on the line so far
};

// Pure. A line that makes no sense leaves nothing to suggest.
Sought sought(std::span<const std::string> words);

// What may stand for a value or an argument, by the command and by what stands for it in help: "FILE", "TARGET".
// Nothing for a placeholder that is not in the table, which a test finds.
struct ValueKind {
    Names names;
    std::vector<std::string> words;
};
std::optional<ValueKind> value_kind(std::string_view command, std::string_view placeholder);

// The answer to completion_call, on stdout: ":words", ":files" or ":directories" (what the shell adds), then a line for
// each suggestion: the word, a tab, its help. What is wrong with manifest or server is no answer, and no error: returns
// 0, always, and within the time that CODEMATE_COMPLETION_WAIT gives the server (300 ms). Writes nothing to stderr.
int complete(std::span<const std::string> words, const ui::Getenv&, const Signals&);

} // namespace codemate::cli
