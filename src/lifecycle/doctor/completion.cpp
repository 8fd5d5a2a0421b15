#include "lifecycle/doctor/completion.hpp"

#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::doctor {
namespace {

namespace fs = std::filesystem;

fs::path variable(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? fs::path() : fs::path(found->second);
}

// Where the three shells look, and where packages put it; the user's own first.
std::vector<fs::path> scripts_of(const std::string& shell, const Environment& environment) {
    const fs::path home = variable(environment, "HOME");
    fs::path data = variable(environment, "XDG_DATA_HOME"), config = variable(environment, "XDG_CONFIG_HOME");
    if (!data.is_absolute() && home.is_absolute()) data = home / ".local/share";
    if (!config.is_absolute() && home.is_absolute()) config = home / ".config";
    std::vector<fs::path> paths;
    const auto add = [&](const fs::path& directory, const char* below) {
        if (directory.is_absolute()) paths.push_back(directory / below);
    };
    if (shell == "bash") add(data, "bash-completion/completions/codemate");
    if (shell == "fish") add(config, "fish/completions/codemate.fish");
    for (const fs::path prefix : {"/usr/local", "/usr", "/opt/homebrew", "/home/linuxbrew/.linuxbrew"}) {
        if (shell == "bash") {
            add(prefix, "share/bash-completion/completions/codemate");
            add(prefix, "etc/bash_completion.d/codemate");
        } else if (shell == "zsh") {
            add(prefix, "share/zsh/vendor-completions/_codemate");
            add(prefix, "share/zsh/site-functions/_codemate");
        } else {
            add(prefix, "share/fish/vendor_completions.d/codemate.fish");
        }
    }
    return paths;
}

// A line of these may ask the program for its script.
std::vector<fs::path> settings_of(const std::string& shell, const Environment& environment) {
    const fs::path home = variable(environment, "HOME");
    if (!home.is_absolute()) return {};
    if (shell == "bash") return {home / ".bashrc", home / ".bash_profile", home / ".bash_completion"};
    if (shell == "fish") return {home / ".config/fish/config.fish"};
    const fs::path own = variable(environment, "ZDOTDIR");
    return {(own.is_absolute() ? own : home) / ".zshrc"};
}

std::optional<std::string> text_of(const fs::path& path, const Ports& ports) {
    try {
        return ports.read(path);
    } catch (const Error&) { // too large, or somebody else's: it says nothing then
        return std::nullopt;
    }
}

std::string way_to_install(const std::string& shell) {
    if (shell == "bash")
        return "`mkdir -p ~/.local/share/bash-completion/completions && codemate completion bash > "
               "~/.local/share/bash-completion/completions/codemate`";
    if (shell == "zsh") return "add `source <(codemate completion zsh)` to ~/.zshrc, behind compinit";
    return "`codemate completion fish > ~/.config/fish/completions/codemate.fish`";
}

} // namespace

Completion find_completion(const Environment& environment, const Ports& ports) {
    Completion completion{variable(environment, "SHELL").filename().string()};
    constexpr std::array known{"bash", "zsh", "fish"};
    if (std::ranges::find(known, completion.shell) == known.end()) return {};
    for (const fs::path& script : scripts_of(completion.shell, environment)) {
        if (!text_of(script, ports)) continue;
        completion.found = script.string();
        return completion;
    }
    for (const fs::path& file : settings_of(completion.shell, environment)) {
        const auto text = text_of(file, ports);
        if (!text || text->find("codemate completion") == text->npos) continue;
        completion.found = file.string();
        return completion;
    }
    return completion;
}

Findings check_completion(const Facts& facts) {
    if (facts.options.in_ci) return {skipped("nobody types in CI")};
    if (!facts.completion) return {not_seen(facts.completion, "it was not looked for")};
    const Completion& completion = *facts.completion;
    if (completion.shell.empty()) return {skipped("$SHELL names neither bash nor zsh nor fish")};
    if (!completion.found.empty()) return {ok(completion.shell + ": " + printable(completion.found, 300))};
    return {note("missing", "Tab does not complete codemate's lines in " + completion.shell,
                 "names of models, groups and options are long", {way_to_install(completion.shell)})};
}

} // namespace codemate::lifecycle::doctor
