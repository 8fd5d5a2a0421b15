#include "codemate/base/error.hpp"
#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/release.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace codemate::lifecycle::release {
namespace {

using checkout::Git;
using manifest::Release;
namespace fs = std::filesystem;

std::string roles_of(const Release& release, const ModelName& name) {
    std::vector<std::string> roles;
    for (const auto& [role, model] : release.roles) {
        if (model.same_on_server(name)) roles.push_back(role);
    }
    return joined(roles, ", ");
}

// A directory of the project may be a repository of its own, a submodule: its files go into a commit there first.
struct Repository {
    fs::path directory; // relative to the manifest's; empty: that one itself
    std::vector<std::string> words;
};

std::string git_in(const Place& place, const fs::path& below) {
    if (below.empty()) return place.git;
    const std::string prefix = place.git + " -C ";
    return prefix + shell_word(below.string());
}

fs::path owner_of(const fs::path& file, const Place& place, const Git& git, machine::Programs& programs,
                  const Stop& stop) {
    const fs::path below = file.parent_path();
    if (below.empty()) return {};
    const Git there(programs, place.directory / below);
    if (there.obstacle(stop) || there.top(stop) == git.top(stop)) return {};
    return below;
}

struct Work {
    std::map<fs::path, std::vector<std::string>> add; // by the repository's directory; "" is the manifest's own
    std::vector<std::string> ignored;
    std::vector<std::string> others;   // tracked files of the project that are no files of codemate's: refs --rewrite
    std::vector<std::string> unstaged; // of these, what `git add` has to be told
    bool is_done() const { return add.empty() && others.empty(); }
};

void add_others(Work& work, const Place& place, const Git& git, const Stop& stop) {
    const auto is_other = [&](const std::string& file) {
        const auto& own = work.add.contains({}) ? work.add.at({}) : std::vector<std::string>();
        return std::ranges::find(place.files, fs::path(file)) == place.files.end() &&
               std::ranges::find(own, shell_word(file)) == own.end();
    };
    std::ranges::copy_if(git.modified(Git::Since::last_commit, stop), std::back_inserter(work.others), is_other);
    if (work.others.empty()) return;
    std::ranges::copy_if(git.modified(Git::Since::staged, stop), std::back_inserter(work.unstaged), is_other);
}

// Named, so that people see what else goes into the commit; of very many only that there are some.
std::string add_others_line(const std::vector<std::string>& files, const std::string& git) {
    constexpr std::size_t most = 20;
    const std::string mark = "   # tracked and changed, too: see " + git + " diff";
    if (files.size() > most) return git + " add -u ." + mark;
    std::string line = git + " add";
    for (const std::string& file : files)
        line += " " + shell_word(file.starts_with('-') ? "./" + file : file);
    return line + mark;
}

Work work_of(const Place& place, const Git& git, machine::Programs& programs, const Stop& stop) {
    Work work;
    for (const fs::path& file : place.files) {
        const fs::path below = owner_of(file, place, git, programs, stop);
        const Git owner(programs, below.empty() ? place.directory : place.directory / below);
        const fs::path inside = below.empty() ? file : file.filename();
        if (owner.is_changed(inside, stop)) {
            work.add[below].push_back(shell_word(inside.string()));
            if (!below.empty()) work.add[{}].push_back(shell_word(below.string()));
        } else if (!owner.is_tracked(inside, stop)) { // neither known to git nor new to it: it is told to ignore it
            work.ignored.push_back(file.string());
        }
    }
    for (auto& [directory, words] : work.add) {
        std::ranges::sort(words);
        words.erase(std::unique(words.begin(), words.end()), words.end());
    }
    add_others(work, place, git, stop);
    return work;
}

void add_commits(Commands& commands, const Work& work, const Release& release, const Place& place) {
    const std::string message = shell_word("Update model: release " + release.version);
    for (auto entry = work.add.rbegin(); entry != work.add.rend(); ++entry) { // submodules first
        const std::string git = git_in(place, entry->first);
        commands.lines.push_back(git + " add " + joined(entry->second, " "));
        if (!entry->first.empty()) commands.lines.push_back(git + " commit -m " + message);
    }
    if (!work.unstaged.empty()) commands.lines.push_back(add_others_line(work.unstaged, place.git));
    if (work.add.contains({}) || !work.others.empty()) commands.lines.push_back(place.git + " commit -m " + message);
    if (!work.ignored.empty())
        commands.missing = "git is told to ignore " + listed(work.ignored) + ", which belongs to the release";
}

void add_push(Commands& commands, const Release& release, const Place& place, const Git& git, const Stop& stop) {
    const std::string remote = git.remote(stop);
    if (remote.empty()) {
        commands.missing +=
            std::string(commands.missing.empty() ? "" : "; ") + "there is no remote repository to push to";
        return;
    }
    const std::string branch = git.branch(stop);
    commands.lines.push_back(place.git + " push " + shell_word(remote) + " " +
                             (branch.empty() ? "" : shell_word(branch) + " ") + shell_word(tag_name(release)));
}

std::vector<std::string> shortened(std::vector<std::string> files) {
    constexpr std::size_t most = 3;
    if (files.size() <= most) return files;
    const std::size_t more = files.size() - most;
    files.resize(most);
    files.push_back(std::to_string(more) + " more");
    return files;
}

// What stands in the way of a tag, with the commands that come first.
Error refusal(const std::string& why, const Commands& first) {
    Error error(Kind::refused, why);
    for (const std::string& line : first.lines)
        error.note(line);
    return error.hint(first.lines.empty() ? "" : "run these lines");
}

} // namespace

std::string tag_name(const Release& release) {
    return "models-v" + release.version;
}

std::string tag_message(const Release& release) {
    std::string text = "Model configuration for version " + release.version + "\n\n";
    for (const ModelName& name : in_order(release)) {
        const std::string roles = roles_of(release, name);
        text +=
            name.display() + (roles.empty() ? "" : " (" + roles + ")") + " " + release.find(name)->digest.text() + "\n";
    }
    for (const auto& [role, model] : release.roles) {
        if (release.find(model) == nullptr) text += model.display() + " (" + role + ") no digest recorded\n";
    }
    return text;
}

Commands next_commands(const Release& release, const Place& place, machine::Programs& programs, Stop stop) {
    Commands commands;
    const Git git(programs, place.directory);
    if (const auto obstacle = git.obstacle(stop)) {
        commands.missing = "there is no checkout to commit to (" + *obstacle + ")";
        return commands;
    }
    add_commits(commands, work_of(place, git, programs, stop), release, place);
    if (!git.tagged(tag_name(release), stop))
        commands.lines.push_back(place.codemate + " release " + release.version + " --tag");
    add_push(commands, release, place, git, stop);
    return commands;
}

Tagged tag(const Release& release, const Place& place, machine::Programs& programs, Tagging tagging, Stop stop) {
    const Git git(programs, place.directory);
    if (const auto obstacle = git.obstacle(stop)) throw Error(Kind::refused, "no tag can be made: " + *obstacle);
    const std::string name = tag_name(release);
    if (const auto commit = git.tagged(name, stop)) {
        throw Error(Kind::refused, "there is a tag " + name + " already, of commit " + commit->substr(0, 12))
            .hint("a tag that others may have is better left alone; record the next version instead");
    }
    if (!git.head(stop)) {
        throw refusal("there is no commit yet that could be tagged", next_commands(release, place, programs, stop));
    }
    const Work work = work_of(place, git, programs, stop);
    if (!work.ignored.empty()) {
        throw Error(Kind::refused, "git is told to ignore " + listed(work.ignored) + ", so no commit has the release")
            .hint("take it out of .gitignore, or add it with `git add -f`");
    }
    if (!work.is_done()) {
        const std::string why = !work.add.empty() ? "the last commit does not have release " + release.version +
                                                        " as it is recorded in the files"
                                                  : "the last commit does not have " + listed(shortened(work.others)) +
                                                        " as " + (work.others.size() == 1 ? "it is" : "they are") +
                                                        " now, so the tag would not name these sources";
        throw refusal(why, next_commands(release, place, programs, stop));
    }
    Tagged tagged{name, *git.head(stop), tag_message(release), {}};
    if (tagging == Tagging::real) git.tag(name, tagged.message, stop);
    add_push(tagged.next, release, place, git, stop);
    return tagged;
}

} // namespace codemate::lifecycle::release
