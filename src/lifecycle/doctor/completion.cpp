#include "lifecycle/doctor/completion.hpp"

#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::array prefixes{"/usr/local", "/usr", "/opt/homebrew", "/home/linuxbrew/.linuxbrew"};

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
    for (const fs::path prefix : prefixes) {
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

// A line of these may ask the program for its script. The last one of bash is read by its package alone.
std::vector<fs::path> settings_of(const std::string& shell, const Environment& environment, bool has_package) {
    const fs::path home = variable(environment, "HOME");
    if (!home.is_absolute()) return {};
    if (shell == "bash" && has_package) return {home / ".bashrc", home / ".bash_profile", home / ".bash_completion"};
    if (shell == "bash") return {home / ".bashrc", home / ".bash_profile"};
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

bool says_something(const std::optional<std::string>& text) {
    return text && !trimmed(*text).empty();
}

// Without the package bash-completion nothing loads what stands in directories for completions.
bool has_bash_package(const Ports& ports) {
    std::vector<fs::path> files{"/etc/bash_completion", "/run/current-system/sw/share/bash-completion/bash_completion"};
    for (const fs::path prefix : prefixes) {
        files.push_back(prefix / "share/bash-completion/bash_completion");
        files.push_back(prefix / "etc/bash_completion");
        files.push_back(prefix / "etc/profile.d/bash_completion.sh");
    }
    return std::ranges::any_of(files, [&](const fs::path& file) { return says_something(text_of(file, ports)); });
}

// In a line that is no comment.
bool asks_for_script(std::string_view text) {
    for (std::string_view line : split(text, '\n')) {
        line = trimmed(line);
        if (!line.starts_with('#') && line.substr(0, line.find(" #")).find("codemate completion") != line.npos)
            return true;
    }
    return false;
}

std::string way_to_install(const Completion& completion) {
    if (completion.shell == "bash" && completion.lacks_package)
        return "add `source <(codemate completion bash)` to ~/.bashrc (or install the package bash-completion, which "
               "loads scripts by itself)";
    if (completion.shell == "bash")
        return "`mkdir -p ~/.local/share/bash-completion/completions && codemate completion bash > "
               "~/.local/share/bash-completion/completions/codemate`";
    if (completion.shell == "zsh") return "add `source <(codemate completion zsh)` to ~/.zshrc, behind compinit";
    return "`mkdir -p ~/.config/fish/completions && codemate completion fish > "
           "~/.config/fish/completions/codemate.fish`";
}

} // namespace

Completion find_completion(const Environment& environment, const Ports& ports) {
    Completion completion{variable(environment, "SHELL").filename().string()};
    constexpr std::array known{"bash", "zsh", "fish"};
    if (std::ranges::find(known, completion.shell) == known.end()) return {};
    completion.lacks_package = completion.shell == "bash" && !has_bash_package(ports);
    for (const fs::path& script : scripts_of(completion.shell, environment)) {
        if (!says_something(text_of(script, ports))) continue;
        (completion.lacks_package ? completion.not_loaded : completion.found) = script.string();
        break;
    }
    if (!completion.found.empty()) return completion;
    for (const fs::path& file : settings_of(completion.shell, environment, !completion.lacks_package)) {
        const auto text = text_of(file, ports);
        if (!text || !asks_for_script(*text)) continue;
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
    return {note("missing",
                 "Tab does not complete codemate's lines in " + completion.shell +
                     (completion.not_loaded.empty() ? ""
                                                    : "; " + printable(completion.not_loaded, 300) +
                                                          " is not loaded without the package bash-completion"),
                 "names of models, groups and options are long", {way_to_install(completion)})};
}

} // namespace codemate::lifecycle::doctor
