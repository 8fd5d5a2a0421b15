#include "codemate/checkout/repository.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::checkout {
namespace {

constexpr std::size_t most_lines = 16; // of git's words: what it advises comes late

std::string_view first_line(std::string_view text) {
    return split(trimmed(text), '\n').front();
}

std::string words_of(const machine::Finished& finished) {
    const std::string_view line = first_line(finished.output);
    return line.empty() ? "it ends with status " + std::to_string(finished.status) : printable(line);
}

Error failure(const std::vector<std::string>& words, const machine::Finished& finished) {
    Error error(Kind::failed, "git " + words.front() + ": " + words_of(finished));
    const auto lines = split(trimmed(finished.output), '\n');
    std::size_t told = 0;
    for (std::size_t i = 1; i < lines.size() && told < most_lines; ++i) {
        if (trimmed(lines[i]).empty()) continue;
        error.note(printable(lines[i]));
        ++told;
    }
    if (finished.output.find("user.email") != std::string::npos) // in every language that git speaks
        error.hint("git has to know who you are: `git config user.name \"Your Name\"` and `git config user.email "
                   "you@example.com` say so for this repository");
    return error;
}

} // namespace

machine::Finished Git::ask(std::vector<std::string> words, Stop stop, std::string input) const {
    machine::Program program{{"git", "--no-optional-locks", "--literal-pathspecs", "-C", directory_.string()},
                             std::move(input)};
    for (std::string& word : words)
        program.command.push_back(std::move(word));
    program.errors = machine::Program::Errors::kept;
    return programs_.run(program, stop);
}

std::string Git::tell(std::vector<std::string> words, Stop stop) const {
    const machine::Finished finished = ask(words, stop);
    if (finished.status != 0) throw failure(words, finished);
    std::string text = finished.output;
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

std::optional<std::string> Git::obstacle(Stop stop) const {
    try {
        const machine::Finished finished = ask({"rev-parse", "--show-toplevel"}, stop);
        if (finished.status == 0) return std::nullopt;
        return "git says: " + words_of(finished);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        return error.message(); // no such program
    }
}

std::filesystem::path Git::top(Stop stop) const {
    return tell({"rev-parse", "--show-toplevel"}, stop);
}

std::optional<std::string> Git::head(Stop stop) const {
    const machine::Finished finished = ask({"rev-parse", "--quiet", "--verify", "HEAD^{commit}"}, stop);
    if (finished.status != 0) return std::nullopt;
    return std::string(trimmed(finished.output));
}

std::string Git::branch(Stop stop) const {
    const machine::Finished finished = ask({"symbolic-ref", "--quiet", "--short", "HEAD"}, stop);
    return finished.status == 0 ? std::string(trimmed(finished.output)) : std::string();
}

std::string Git::remote(Stop stop) const {
    const std::string here = branch(stop);
    if (!here.empty()) {
        const machine::Finished own = ask({"config", "--get", "branch." + here + ".remote"}, stop);
        const std::string name(trimmed(own.output));
        if (own.status == 0 && !name.empty() && name != ".") return name;
    }
    const std::string all = tell({"remote"}, stop);
    if (all.empty()) return {};
    const auto names = split(all, '\n');
    for (const std::string_view name : names) {
        if (name == "origin") return "origin";
    }
    return std::string(names.front());
}

bool Git::is_tracked(const std::filesystem::path& path, Stop stop) const {
    return ask({"ls-files", "--error-unmatch", "--", path.string()}, stop).status == 0;
}

bool Git::is_changed(const std::filesystem::path& path, Stop stop) const {
    return !tell({"status", "--porcelain", "--untracked-files=all", "--", path.string()}, stop).empty();
}

std::vector<std::string> Git::modified(Since since, Stop stop) const {
    if (!head(stop)) return {};
    std::vector<std::string> words{
        "diff", "--name-only", "--relative", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty"};
    if (since == Since::last_commit) words.emplace_back("HEAD");
    words.insert(words.end(), {"--", "."});
    std::vector<std::string> files;
    const std::string names = tell(std::move(words), stop);
    for (const std::string_view name : split(names, '\0')) {
        if (!name.empty()) files.emplace_back(name);
    }
    return files;
}

std::optional<std::string> Git::tagged(const std::string& tag, Stop stop) const {
    const machine::Finished finished =
        ask({"rev-parse", "--quiet", "--verify", "refs/tags/" + tag + "^{commit}"}, stop);
    if (finished.status != 0) return std::nullopt;
    return std::string(trimmed(finished.output));
}

void Git::tag(const std::string& tag, const std::string& message, Stop stop) const {
    const std::vector<std::string> words{"tag", "--annotate", "--file=-", "--cleanup=whitespace", "--", tag};
    const machine::Finished finished = ask(words, stop, message);
    if (finished.status != 0) throw failure(words, finished);
}

} // namespace codemate::checkout
