#include "cli/help.hpp"

#include "cli/exit_status.hpp"
#include "cli/parse.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

constexpr std::size_t width = 100;

struct Entry {
    std::string left, right;
};

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

std::string spelled(const Option& option) {
    std::string text;
    for (const std::string_view name : split(option.name, ',')) {
        if (!text.empty()) text += ", ";
        text += name;
    }
    if (!option.implied.empty()) return text + "[=" + option.implied + "]";
    return option.value.empty() ? text : text + " " + option.value;
}

std::string explained(const Option& option) {
    return option.choices.empty() ? option.help : option.help + ": " + listed(option.choices, "or");
}

std::vector<Entry> entries(const Options& options, bool arguments) {
    std::vector<Entry> all;
    for (const Option& option : options.all()) {
        if (option.is_argument() == arguments) all.push_back({spelled(option), explained(option)});
    }
    return all;
}

Options global_options() {
    static GlobalOptions unused;
    Options options;
    declare_global(options, unused);
    return options;
}

std::string usage(const CommandInfo& info, const Options& options) {
    std::string text = "codemate " + info.name + " [options]";
    for (const Option& option : options.all()) {
        if (!option.is_argument()) continue;
        text += std::holds_alternative<std::vector<std::string>*>(option.target) ? " [" + option.name + "…]"
                                                                                 : " [" + option.name + "]";
    }
    return text;
}

const std::vector<Entry>& environment() {
    static const std::vector<Entry> table{
        {"OLLAMA_HOST", "the server's address, by Ollama's own rules (default http://127.0.0.1:11434)"},
        {"OLLAMA_API_KEY", "a key for that server, sent as a bearer token to an https address only"},
        {"NETRC", "file with the server's login, used where there is no key, over https only (default ~/.netrc)"},
        {"OLLAMA_MODELS", "where the server's models directory may be, as --models-dir; used if it proves to be the "
                          "server's"},
        {"CODEMATE_MANIFEST", "the manifest to use, as --manifest"},
        {"CODEMATE_REGISTRY", "URL of a registry that stands in for the public one: the server pulls from there"},
        {"CODEMATE_REGISTRY_TOKEN",
         "a token for that registry, and for no other; or CODEMATE_REGISTRY_USER and CODEMATE_REGISTRY_PASSWORD"},
        {"DOCKER_CONFIG", "directory of Docker's config.json, whose logins are used at registries (default ~/.docker)"},
        {"XDG_STATE_HOME", "what codemate remembers stands in codemate/ below it (default ~/.local/state)"},
        {"NO_COLOR, CLICOLOR_FORCE", "no colour; colour also without a terminal"},
        {"CI, GITHUB_ACTIONS", "progress in plain lines; in GitHub Actions with groups and annotations"},
        {"http_proxy, HTTPS_PROXY, NO_PROXY", "proxies, never used for the own machine"},
        {"SSL_CERT_FILE, SSL_CERT_DIR", "certificates that are trusted, instead of the system's"},
    };
    return table;
}

std::vector<Entry> statuses() {
    std::vector<Entry> all;
    for (const StatusRow& row : status_table())
        all.push_back({std::to_string(row.status), row.meaning});
    return all;
}

std::vector<Group> groups_in_order() {
    std::vector<Group> groups;
    for (const CommandInfo& info : commands()) {
        if (std::find(groups.begin(), groups.end(), info.group) == groups.end()) groups.push_back(info.group);
    }
    return groups;
}

std::string command_list(Group group) {
    std::vector<Entry> all;
    for (const CommandInfo& info : commands()) {
        if (info.group == group) all.push_back({info.name, info.summary});
    }
    return two_columns(all);
}

Entry taken_apart(const std::string& example) {
    const std::size_t at = example.find("  # ");
    return {example.substr(0, at), at == std::string::npos ? "" : example.substr(at + 4)};
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
    Options options;
    const auto command = info.make();
    command->declare(options);
    std::string text =
        "## `codemate " + info.name + "`\n\n" + info.description + "\n\n```\n" + usage(info, options) + "\n```\n\n";
    if (const auto rows = entries(options, true); !rows.empty()) text += markdown_table(rows, "argument", "meaning");
    if (const auto rows = entries(options, false); !rows.empty()) text += markdown_table(rows, "option", "meaning");
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
    text += "\nGlobal options, before or after the command:\n" + two_columns(entries(global_options(), false));
    text += "\nEnvironment:\n" + two_columns(environment());
    text += "\nExit status:\n" + two_columns(statuses());
    return text + "\n`codemate COMMAND --help` explains one command.\n";
}

std::string help_text(const CommandInfo& info) {
    Options options;
    const auto command = info.make();
    command->declare(options);
    std::string text =
        info.summary + "\n\nUsage: " + usage(info, options) + "\n\n" + wrapped(info.description, 0, width) + "\n";
    if (const auto all = entries(options, true); !all.empty()) text += "\nArguments:\n" + two_columns(all);
    if (const auto all = entries(options, false); !all.empty()) text += "\nOptions:\n" + two_columns(all);
    std::vector<Entry> examples;
    std::transform(info.examples.begin(), info.examples.end(), std::back_inserter(examples), taken_apart);
    text += "\nExamples:\n" + two_columns(examples);
    return text + "\nGlobal options:\n" + two_columns(entries(global_options(), false));
}

std::string reference() {
    std::string text =
        "# The command line\n\n"
        "This page is generated from the declarations that the program itself reads; a test compares the two.\n\n"
        "```\ncodemate [global options] COMMAND [options] [TARGET…]\n```\n\n";
    for (const CommandInfo& info : commands())
        text += reference_of(info);
    text += "## Global options\n\nBefore or after the command.\n\n" +
            markdown_table(entries(global_options(), false), "option", "meaning");
    text += "## Environment\n\nAn empty value counts as not set; for `CI` and `GITHUB_ACTIONS` also `0` and `false`. "
            "Options win over "
            "the environment, the environment over the manifest.\n\n" +
            markdown_table(environment(), "variable", "meaning");
    text += "## Exit status\n\nSeveral failed items: their common status if it is the same, else 1.\n\n";
    return text + markdown_table(statuses(), "status", "meaning");
}

} // namespace codemate::cli
