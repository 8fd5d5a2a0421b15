#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What the documentation test sees of a page. Beside Markdown these comments, each at the beginning of a line, count:
//
//   <!-- world: mistral:latest phi:3b -->   (first in the page) these are installed on the server before it begins;
//                                           the word "registry" among them: a registry stands in for the public one
//   <!-- meanwhile: SHELL -->               happens unseen; $STORE is the server's models directory
//   <!-- meanwhile: at the server FAULT --> or "at the registry": a fault of codemate-sandbox, such as
//   moving-tag=mistral,
//                                           "no faults" ends them
//   <!-- meanwhile: the server pulls MODEL -->
//   <!-- far: SHELL -->                     happens unseen where far.sh runs the page, and only there
//   <!-- registry -->                       from here on there is such a registry
//   <!-- picture: pictures/list.svg         the picture shows these commands, as they run at this place of the page;
//   $ codemate list                         "slow=RATE" behind the file's name slows the server while it is drawn
//   -->
//   <!-- page: speed.html pictures/x.png --> the picture was taken of such a page as the project has there now
//
// and directly before a block of code:
//
//   <!-- file: codemate.json -->            the block is this file of the project; a path from the project's directory
//   <!-- status: 3 -->                      of its last command; several: of each command. Without it all end with 0
//   <!-- answer: y -->                      typed at each question; without it nobody is there to be asked
//   <!-- figures vary -->                   any number in the output counts as any other
//   <!-- any order -->                      what is done at the same time is told in any order: lines may be swapped
//   <!-- instead: --gate --gate=900% -->    what the page says first, and what runs in its place, as a test cannot tell
//                                           how busy the machine is
//   <!-- not run: why -->                   only the form of its commands is checked; "it needs another machine" has
//   one
//                                           where far.sh runs the page
namespace codemate::test::docs {

struct Note { // one of those comments
    std::string name, value;
    std::size_t line = 0;
};

struct Block {
    std::string language;
    std::vector<std::string> text;
    std::size_t line = 0; // of the fence; the text begins with the next one
    std::vector<Note> notes;

    std::optional<std::string> note(std::string_view name) const;
};

using Part = std::variant<Note, Block>; // notes that belong to no block, and blocks

// Throws std::runtime_error for a block or a comment without an end, a comment of that form with another name, and one
// that belongs to a block and has none.
std::vector<Part> read_page(std::string_view markdown);

// Code spans outside of blocks, each with its line.
struct Span {
    std::string text;
    std::size_t line = 0;
};
std::vector<Span> code_spans(std::string_view markdown);

// A command of a block, and what the page says that it writes.
struct Shown {
    std::string command;
    std::vector<std::string> output; // empty of blocks of commands only
    std::size_t line = 0;            // of the page
};
std::vector<Shown> shown_commands(const std::vector<std::string>& text, std::size_t first_line); // after "$ "
std::vector<Shown> plain_commands(const std::vector<std::string>& text, std::size_t first_line); // one a line, or "\"

} // namespace codemate::test::docs
