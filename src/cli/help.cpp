#include "cli/help.hpp"

#include "cli/declared.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

constexpr std::size_t width = 100;

// Words into lines of at most `columns`; the first line has no indentation.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
    std::string result;
    std::size_t used = indent;
    for (const std::string_view word : split(text, ' ')) {
        if (!result.empty() && used + 1 + display_width(word) > columns) {
            result += "\n" + std::string(indent, ' ');
            used = indent;
        } else if (!result.empty()) {
            result += " ";
            ++used;
        }
        result += word;
        used += display_width(word);
    }
    return result;
}

// Paragraphs, with an empty line between them.
std::string wrapped_paragraphs(std::string_view text) {
    std::string result;
    for (const std::string_view paragraph : split(text, '\n')) {
        if (!result.empty()) result += '\n';
        result += wrapped(paragraph, 0, width);
    }
    return result;
}

std::string two_columns(const std::vector<Entry>& entries) {
    std::size_t left = 0;
    for (const Entry& entry : entries)
        left = std::max(left, display_width(entry.left));
    std::string text;
    for (const Entry& entry : entries) {
        text += "  " + entry.left + std::string(left - display_width(entry.left) + 3, ' ') +
                wrapped(entry.right, left + 5, width) + "\n";
    }
    return text;
}

std::string command_list(Group group) {
    std::vector<Entry> all;
    for (const CommandInfo& info : commands()) {
        if (info.group == group) all.push_back({info.name, info.summary});
    }
    return two_columns(all);
}

// What may stand in a cell of a Markdown table.
std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, "\\");
    return text;
}

std::string markdown_table(const std::vector<Entry>& rows, const std::string& left, const std::string& right) {
    std::string text = "| " + left + " | " + right + " |\n| --- | --- |\n";
    for (const Entry& row : rows)
        text += "| `" + cell(row.left) + "` | " + cell(row.right) + " |\n";
    return text + "\n";
}

std::string reference_of(const CommandInfo& info) {
    const Options options = declared_options(info);
    std::string text =
        "## `codemate " + info.name + "`\n\n" + info.description + "\n\n```\n" + usage(info, options) + "\n```\n\n";
    if (const auto rows = entries(options, Part::arguments); !rows.empty())
        text += markdown_table(rows, "argument", "meaning");
    if (const auto rows = entries(options, Part::options); !rows.empty())
        text += markdown_table(rows, "option", "meaning");
    text += "```\n";
    for (const std::string& example : info.examples)
        text += example + "\n";
    return text + "```\n\nWith `--json`: [json/" + info.name + ".schema.json](json/" + info.name + ".schema.json)\n\n";
}

} // namespace

std::string help_text() {
    std::string text = "codemate manages the life of local LLM models on Ollama servers.\n\n"
                       "Usage: codemate [global options] COMMAND [options] [TARGET…]\n";
    for (const Group group : groups_in_order())
        text += "\n" + std::string(heading(group)) + ":\n" + command_list(group);
    text += "\nGlobal options, before or after the command:\n" + two_columns(entries(global_options(), Part::options));
    text += "\nEnvironment:\n" + two_columns(environment_table());
    text += "\nExit status:\n" + two_columns(status_entries());
    return text + "\n`codemate COMMAND --help` explains one command.\n";
}

std::string help_text(const CommandInfo& info) {
    const Options options = declared_options(info);
    std::string text =
        info.summary + "\n\nUsage: " + usage(info, options) + "\n\n" + wrapped_paragraphs(info.description) + "\n";
    if (const auto all = entries(options, Part::arguments); !all.empty()) text += "\nArguments:\n" + two_columns(all);
    if (const auto all = entries(options, Part::options); !all.empty()) text += "\nOptions:\n" + two_columns(all);
    text += "\nExamples:\n" + two_columns(example_entries(info));
    return text + "\nGlobal options:\n" + two_columns(entries(global_options(), Part::options));
}

std::string reference() {
    std::string text =
        "# The command line\n\n"
        "This page is generated from the declarations that the program itself reads; a test compares the two.\n\n"
        "```\ncodemate [global options] COMMAND [options] [TARGET…]\n```\n\n";
    for (const CommandInfo& info : commands())
        text += reference_of(info);
    text += "## Global options\n\nBefore or after the command.\n\n" +
            markdown_table(entries(global_options(), Part::options), "option", "meaning");
    text += "## Environment\n\nAn empty value counts as not set; for `CI` and `GITHUB_ACTIONS` also `0` and `false`. "
            "Options win over "
            "the environment, the environment over the manifest.\n\n" +
            markdown_table(environment_table(), "variable", "meaning");
    text += "## Exit status\n\nSeveral failed items: their common status if it is the same, else 1.\n\n";
    return text + markdown_table(status_entries(), "status", "meaning");
}

} // namespace codemate::cli
