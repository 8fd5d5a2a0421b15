#include "cli/man.hpp"

#include "cli/declared.hpp"

#include "codemate/base/text.hpp"
#include "codemate/base/version.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

std::string title(const std::string& page) {
    return ".\\\" Generated from the declarations that the program itself reads; a test compares the two.\n.TH " +
           roff(upper(page)) + " 1 \"\" \"codemate " + std::string(version()) +
           "\" \"codemate manual\"\n.nh\n.ad l\n"; // what people copy is neither broken nor stretched
}

std::string section(const std::string& heading, const std::string& text) {
    return ".SH " + heading + "\n" + text;
}

std::string paragraph(const std::string& text) {
    std::string lines;
    for (const std::string_view line : split(text, '\n'))
        lines += line.empty() ? ".PP\n" : roff(line) + "\n";
    return lines;
}

std::string bold(const std::string& text) {
    return "\\fB" + roff(text) + "\\fR";
}

// A term, which stays on one line, and what it means.
std::string item(const std::string& term, const std::string& meaning) {
    std::string line = bold(term);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return ".TP\n" + line + "\n" + (meaning.empty() ? "\\&" : roff(meaning)) + "\n";
}

std::string items(const std::vector<Entry>& entries) {
    std::string text;
    for (const Entry& entry : entries)
        text += item(entry.left, entry.right);
    return text;
}

std::string page_name(const CommandInfo& info) {
    return "codemate-" + info.name;
}

std::string reference_to(const std::string& page) {
    return bold(page) + "(1)";
}

std::string synopsis(const std::string& line) {
    return section("SYNOPSIS", ".nf\n" + roff(line) + "\n.fi\n");
}

std::string command_list() {
    std::string text;
    for (const Group group : groups_in_order()) {
        text += ".SS " + std::string(heading(group)) + "\n";
        for (const CommandInfo& info : commands()) {
            if (info.group == group) text += ".TP\n" + reference_to(page_name(info)) + "\n" + roff(info.summary) + "\n";
        }
    }
    return text;
}

const std::vector<Entry>& files() {
    static const std::vector<Entry> table{
        {"codemate.json", "what a project needs, and for what; searched in the current directory and its parents"},
        {"codemate.lock", "beside it: which content each declared model has, by digest"},
        {"codemate.releases.json", "beside it: the history of releases"},
        {"~/.local/state/codemate/", "what codemate remembers of pulls, removals and measurements; losing it loses "
                                     "memory only"},
    };
    return table;
}

ManualPage page_of_program() {
    std::string text =
        title("codemate") + section("NAME", "codemate \\- manage the life of local LLM models\n") +
        synopsis("codemate [global options] COMMAND [options] [TARGET…]") +
        section("DESCRIPTION", paragraph("A project says once, in codemate.json, which models it needs and for what; "
                                         "codemate makes an Ollama server agree with it, shows what is there, pins it "
                                         "by digest, and removes what no project needs. `codemate help COMMAND` says "
                                         "what the page of that command says.")) +
        section("COMMANDS", command_list()) +
        section("GLOBAL OPTIONS",
                paragraph("Before or after the command.") + items(entries(global_options(), Part::options)));
    text += section("ENVIRONMENT",
                    paragraph("An empty value counts as not set; for CI and GITHUB_ACTIONS also 0 and false. Options "
                              "win over the environment, the environment over the manifest.") +
                        items(environment_table()));
    text += section("EXIT STATUS", paragraph("Several failed items: their common status if it is the same, else 1.") +
                                       items(status_entries()));
    text += section("FILES", items(files()));
    std::string others;
    for (const CommandInfo& info : commands())
        others += (others.empty() ? "" : ",\n") + reference_to(page_name(info));
    return {"codemate.1", text + section("SEE ALSO", others + "\n")};
}

} // namespace

ManualPage manual_page(const CommandInfo& info) {
    const Options options = declared_options(info);
    std::string text = title(page_name(info)) +
                       section("NAME", roff(page_name(info)) + " \\- " + roff(info.summary) + "\n") +
                       synopsis(usage(info, options)) + section("DESCRIPTION", paragraph(info.description));
    if (const auto all = entries(options, Part::arguments); !all.empty()) text += section("ARGUMENTS", items(all));
    if (const auto all = entries(options, Part::options); !all.empty()) text += section("OPTIONS", items(all));
    text += section("EXAMPLES", items(example_entries(info)));
    text += section("SEE ALSO", reference_to("codemate") + ", for global options, environment and exit statuses.\n");
    return {page_name(info) + ".1", std::move(text)};
}

std::vector<ManualPage> manual_pages() {
    std::vector<ManualPage> pages{page_of_program()};
    for (const CommandInfo& info : commands()) {
        pages.push_back(manual_page(info));
        if (!info.alias.empty())
            pages.push_back({"codemate-" + info.alias + ".1", ".so man1/" + pages.back().file + "\n"});
    }
    return pages;
}

} // namespace codemate::cli
