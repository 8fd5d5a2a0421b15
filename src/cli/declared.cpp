#include "cli/declared.hpp"

#include "cli/exit_status.hpp"
#include "cli/parse.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli {

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

std::vector<Entry> entries(const Options& options, Part part) {
    std::vector<Entry> all;
    for (const Option& option : options.all()) {
        if (option.is_argument() == (part == Part::arguments)) all.push_back({spelled(option), explained(option)});
    }
    return all;
}

Options declared_options(const CommandInfo& info) {
    Options options;
    info.make()->declare(options);
    return options;
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

const std::vector<Entry>& environment_table() {
    static const std::vector<Entry> table{
        {"OLLAMA_HOST", "the server's address, by Ollama's own rules (default http://127.0.0.1:11434)"},
        {"OLLAMA_API_KEY", "a key for that server, sent as a bearer token to an https address only"},
        {"NETRC", "file with the server's login, used where there is no key, over https only (default ~/.netrc)"},
        {"OLLAMA_MODELS", "where the server's models directory may be, as --models-dir; used if it proves to be the "
                          "server's, and where codemate needs none (pull --direct, export)"},
        {"CODEMATE_MANIFEST", "the manifest to use, as --manifest"},
        {"CODEMATE_REGISTRY", "URL of a registry that stands in for the public one: the server pulls from there"},
        {"CODEMATE_REGISTRY_TOKEN",
         "a token for that registry, and for no other; or CODEMATE_REGISTRY_USER and CODEMATE_REGISTRY_PASSWORD"},
        {"DOCKER_CONFIG", "directory of Docker's config.json, whose logins are used at registries (default ~/.docker)"},
        {"CODEMATE_COMPLETION_WAIT", "how long completion waits for the server's names (default 300ms)"},
        {"XDG_STATE_HOME", "what codemate remembers stands in codemate/ below it (default ~/.local/state)"},
        {"NO_COLOR, CLICOLOR_FORCE", "no colour; colour also without a terminal"},
        {"CI, GITHUB_ACTIONS", "progress in plain lines; in GitHub Actions with groups and annotations"},
        {"GITHUB_STEP_SUMMARY", "a file of Markdown that the result is appended to, too: the page of a job"},
        {"http_proxy, HTTPS_PROXY, NO_PROXY", "proxies, never used for the own machine"},
        {"SSL_CERT_FILE, SSL_CERT_DIR", "certificates that are trusted, instead of the system's"},
    };
    return table;
}

std::vector<Entry> status_entries() {
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

namespace {

Entry taken_apart(const std::string& example) {
    const std::size_t at = example.find("  # ");
    return {example.substr(0, at), at == std::string::npos ? "" : example.substr(at + 4)};
}

} // namespace

std::vector<Entry> example_entries(const CommandInfo& info) {
    std::vector<Entry> all;
    std::transform(info.examples.begin(), info.examples.end(), std::back_inserter(all), taken_apart);
    return all;
}

} // namespace codemate::cli
