#include "docs/session.hpp"

#include "support/screen.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace codemate::test::docs {
namespace fs = std::filesystem;
namespace {

// Wide, so that no line breaks at a place that the length of a duration moves.
constexpr unsigned short columns = 240;
constexpr unsigned short columns_of_pictures = 136;
constexpr unsigned short rows = 40;

constexpr std::string_view page_home = "/home/you";
constexpr std::string_view page_server = "127.0.0.1:11434";
constexpr std::string_view page_registry = "registry.lan:5000";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

fs::path made(const fs::path& directory) {
    fs::create_directories(directory);
    return directory;
}

std::vector<std::string> without_empty_ends(std::vector<std::string> lines) {
    const auto is_text = [](const std::string& line) { return !trimmed(line).empty(); };
    lines.erase(std::find_if(lines.rbegin(), lines.rend(), is_text).base(), lines.end());
    lines.erase(lines.begin(), std::find_if(lines.begin(), lines.end(), is_text));
    return lines;
}

// What the terminal had got, ten times a second.
Exit recorded(Process& process, std::vector<std::pair<double, std::string>>& recording) {
    const auto began = std::chrono::steady_clock::now();
    std::size_t seen = 0;
    while (true) {
        const bool ended = process.ended().has_value();
        std::string all = process.terminal();
        while (!ended && all.size() > seen && static_cast<unsigned char>(all.back()) >= 0x80)
            all.pop_back(); // no half of a character
        const std::chrono::duration<double> now = std::chrono::steady_clock::now() - began;
        if (all.size() != seen) recording.emplace_back(now.count(), all.substr(seen));
        seen = all.size();
        if (ended) break;
        process.wait_for("what never comes", std::chrono::milliseconds(100));
    }
    const Exit exit = process.wait();
    if (process.terminal().size() > seen)
        recording.emplace_back(recording.empty() ? 0 : recording.back().first + 0.1, process.terminal().substr(seen));
    return exit;
}

// "y" at a question, any other word where a name has to be typed. A program that asks nothing gets nothing.
void answer_to(Process& process, const std::string& answer) {
    if (process.wait_for(answer == "y" || answer == "n" ? "[y/N] " : "to confirm: ")) process.type(answer + "\n");
}

} // namespace

Session::Session(std::string_view world)
    : home_(made(directory_ / "home")), project_(made(home_ / "project")),
      server_(Sandbox::Options{.store = made(home_ / ".ollama" / "models")}) {
    for (const std::string_view word : split(world, ' ')) {
        if (!word.empty() && word != "registry") server_.pull(word);
    }
    make_place({{"OLLAMA_HOST", server_.url()}, {"https_proxy", "http://127.0.0.1:1"}}); // nothing of the real world
    if ((" " + std::string(world) + " ").find(" registry ") != std::string::npos) start_registry();
}

Session::Session(const Far& far) : is_far_(true), home_(made(directory_ / "home")), project_(made(home_ / "project")) {
    make_place({{"PATH", (far.directory / "bin").string() + ":" + (directory_ / "bin").string() + ":/usr/bin:/bin"},
                {"CODEMATE_REGISTRY", "http://registry.lan:5000"}});
}

void Session::make_place(std::map<std::string, std::string> variables) {
    variables_ = std::move(variables);
    variables_.merge(std::map<std::string, std::string>{
        {"PATH", (directory_ / "bin").string() + ":/usr/local/bin:/usr/bin:/bin"},
        {"LANG", "C.UTF-8"},
        {"TERM", "xterm-256color"},
        {"HOME", home_.string()},
        {"GIT_CONFIG_GLOBAL", (directory_ / "gitconfig").string()},
    });
    directory_.write("gitconfig", "[user]\nname = You\nemail = you@example.com\n[init]\ndefaultBranch = main\n");
    directory_.write("directory", project_.string());
    fs::create_symlink(CODEMATE_PROGRAM, made(directory_ / "bin") / "codemate");
    std::string environment;
    for (const auto& [name, value] : variables_)
        environment += "export " + name + "='" + value + "'\n";
    directory_.write("environment", environment);
}

void Session::start_registry() {
    registry_ = std::make_unique<Sandbox>();
    variables_["CODEMATE_REGISTRY"] = registry_->url();
    std::ofstream(directory_ / "environment", std::ios::app)
        << "export CODEMATE_REGISTRY='" << registry_->url() << "'\n";
}

std::string Session::as_here(std::string text) const {
    if (is_far_) return text;
    if (registry_) replace_all(text, page_registry, registry_->address());
    for (const std::string_view name : {"models.lan:11434", "localhost:11434", "127.0.0.1:11434", "localhost:11435"})
        replace_all(text, name, server_.address());
    replace_all(text, page_home, home_.string());
    return text;
}

std::string Session::as_there(std::string text) const {
    if (is_far_) return text;
    if (registry_) replace_all(text, registry_->address(), page_registry);
    replace_all(text, server_.address(), page_server);
    replace_all(text, home_.string(), page_home);
    return text;
}

// Variables and directory are those that the last command left.
Command Session::shell(const std::string& command) const {
    const std::string state = directory_.path().string();
    Command it;
    it.argv = {"/bin/bash", "-c",
               ". '" + state + "/environment'; cd \"$(cat '" + state + "/directory')\"\n" + "trap 'pwd > '\\''" +
                   state + "/directory'\\''; export -p > '\\''" + state + "/environment'\\''' EXIT\n" + command + "\n"};
    it.environment = Command::Environment::replaced;
    it.directory = project_;
    return it;
}

Outcome Session::run(const std::string& command, const std::optional<std::string>& answer, Form form) {
    const unsigned short width = form == Form::page ? columns : columns_of_pictures;
    Command it = shell(as_here(command));
    it.terminal = Terminal{.columns = width, .rows = rows, .input = answer.has_value()};
    Process process(it);
    Outcome outcome;
    if (answer) answer_to(process, *answer);
    const Exit exit = form == Form::recorded ? recorded(process, outcome.recording) : process.wait();
    outcome.status = exit.status.value_or(128 + exit.signal.value_or(0));
    Screen screen(columns, rows); // as a picture is drawn: its lines end where they end
    screen.write(process.terminal());
    for (const std::string& line : screen.lines())
        outcome.lines.push_back(as_there(line));
    outcome.lines = without_empty_ends(std::move(outcome.lines));
    for (auto& [at, text] : outcome.recording)
        text = as_there(text);
    return outcome;
}

namespace {

std::optional<std::string_view> behind(std::string_view text, std::string_view beginning) {
    return text.starts_with(beginning) ? std::optional(trimmed(text.substr(beginning.size()))) : std::nullopt;
}

void set_fault(const Sandbox& sandbox, std::string_view fault) {
    if (fault == "no faults") return sandbox.clear_faults();
    sandbox.set_fault(fault);
}

} // namespace

void Session::meanwhile(const std::string& what) {
    if (const auto fault = behind(what, "at the server ")) return set_fault(server_, *fault);
    if (const auto fault = behind(what, "at the registry ")) {
        if (!registry_) throw std::runtime_error("there is no registry: " + what);
        return set_fault(*registry_, *fault);
    }
    if (const auto model = behind(what, "the server pulls ")) return server_.pull(*model);
    meanwhile_in_shell(what);
}

void Session::meanwhile_in_shell(const std::string& command) {
    Command it;
    it.argv = {"/bin/bash", "-c", command};
    it.environment = Command::Environment::replaced;
    it.directory = project_;
    it.variables = variables_; // whatever the page's commands have made of them
    it.variables["STORE"] = server_.store().string();
    const Finished finished = test::run(it);
    if (finished.status() != 0) throw std::runtime_error("meanwhile: " + command + "\n" + finished.out + finished.err);
}

void Session::write(const std::string& path, const std::vector<std::string>& lines) const {
    const fs::path file = project_ / path;
    fs::create_directories(file.parent_path());
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    directory_.write(fs::relative(file, directory_.path()).string(), as_here(text));
}

} // namespace codemate::test::docs
