// The only file that knows CLI11. It turns our declarations into CLI11's and its complaints into our errors.
#include "cli/parse.hpp"

#include "cli/line.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace codemate::cli {
namespace {

struct Declared {
    const CommandInfo* info;
    std::unique_ptr<Command> command;
    Options options;
    CLI::App* app;
};

struct AddOption {
    CLI::App& app;
    const Option& option;

    void operator()(bool* target) const { app.add_flag(option.name, *target); }
    void operator()(int* target) const { app.add_flag(option.name, *target); }
    void operator()(std::optional<std::string>* target) const {
        app.add_option_function<std::string>(option.name, [target](const std::string& value) { *target = value; });
    }
    void operator()(std::vector<std::string>* target) const {
        CLI::Option* const added = app.add_option(option.name, *target);
        if (!option.is_argument()) added->allow_extra_args(false);
    }
};

void add_all(CLI::App& app, const Options& options) {
    app.set_help_flag();
    for (const Option& option : options.all())
        std::visit(AddOption{app, option}, option.target);
}

std::vector<std::string> names_of(const Options& options) {
    std::vector<std::string> names;
    for (const Option& option : options.all()) {
        if (!option.is_argument()) names.push_back(option.long_name());
    }
    return names;
}

[[noreturn]] void refuse_command(const std::string& word) {
    if (word == "push" || word == "publish" || word == "upload") {
        throw Error(Kind::usage, "there is no command " + quoted(word))
            .hint("`codemate export TARGET… --to URL` pushes models to a registry");
    }
    std::vector<std::string> names;
    for (const CommandInfo& command : commands())
        names.push_back(command.name);
    const auto near = nearest(word, names);
    throw Error(Kind::usage, "there is no command " + quoted(word))
        .hint((near ? "did you mean " + quoted(*near) + "? " : "") + "`codemate --help` lists the commands");
}

[[noreturn]] void refuse_argument(const std::string& word, const std::string& command) {
    throw Error(Kind::usage, "unexpected argument " + quoted(word))
        .hint("`codemate " + command + " --help` says what it takes");
}

[[noreturn]] void refuse_rest(const std::string& word, const Options& global, const Declared* chosen) {
    const std::string help = chosen == nullptr ? "codemate --help" : "codemate " + chosen->info->name + " --help";
    if (!word.starts_with("-") || word == "-") {
        if (chosen == nullptr) refuse_command(word);
        refuse_argument(word, chosen->info->name);
    }
    std::vector<std::string> names = names_of(global);
    if (chosen != nullptr) {
        const std::vector<std::string> own = names_of(chosen->options);
        names.insert(names.end(), own.begin(), own.end());
    }
    const std::string option = word.substr(0, word.find('='));
    if (std::find(names.begin(), names.end(), option) != names.end())
        throw Error(Kind::usage, quoted(option) + " stands before the command, where only global options may")
            .hint("write `codemate " + chosen->info->name + " " + option + "`");
    if (option == "--locked" && chosen != nullptr && chosen->info->name == std::string_view("export")) {
        throw Error(Kind::usage, "there is no option '--locked' of `codemate export`")
            .hint("none is needed: what codemate.lock pins is always exported as it is pinned");
    }
    const auto near = nearest(option, names);
    throw Error(Kind::usage, "there is no option " + quoted(option) +
                                 (chosen == nullptr ? "" : " of `codemate " + chosen->info->name + "`"))
        .hint((near ? "did you mean " + *near + "? " : "") + "`" + help + "` lists the options");
}

void check_choices(const Options& options) {
    for (const Option& option : options.all()) {
        const auto* const* target = std::get_if<std::optional<std::string>*>(&option.target);
        if (option.choices.empty() || target == nullptr || !**target) continue;
        const std::string& value = ***target;
        if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) continue;
        throw Error(Kind::usage, option.long_name() + " cannot be " + quoted(value))
            .hint("it is " + listed(option.choices, "or"));
    }
}

// What CLI11 says has the words of a library. All that people do wrong has been found before it (cli/line) or is left
// over behind it.
Error not_understood(const CLI::ParseError& failure) {
    return Error(Kind::usage, "the command line cannot be understood (" + printable(failure.what(), 300) + ")")
        .hint("`codemate --help` lists commands and options");
}

std::vector<NamedOptions> options_by_command(const std::vector<Declared>& declared) {
    std::vector<NamedOptions> all;
    for (const Declared& each : declared) {
        all.push_back({each.info->name, &each.options});
        if (!each.info->alias.empty()) all.push_back({each.info->alias, &each.options});
    }
    return all;
}

const CommandInfo* info_of(const std::string& name) {
    const auto& all = commands();
    const auto found = std::find_if(all.begin(), all.end(), [&](const CommandInfo& info) {
        return !name.empty() && (info.name == name || info.alias == name);
    });
    return found == all.end() ? nullptr : &*found;
}

// A command line up to the word -- and behind it. CLI11 would take for options again what is behind it where a command
// has no place for more arguments.
struct Line {
    std::vector<std::string> words, arguments;
};

Line taken_apart(const std::vector<std::string>& words) {
    const auto end = std::find(words.begin(), words.end(), "--");
    Line line{{words.begin(), end}, {}};
    if (end != words.end()) line.arguments.assign(end + 1, words.end());
    return line;
}

// CLI11 would take the next word for the value.
void write_implied_values(const Options& options, std::vector<std::string>& words) {
    for (const Option& option : options.all()) {
        if (option.implied.empty()) continue;
        std::replace(words.begin(), words.end(), option.long_name(), option.long_name() + "=" + option.implied);
    }
}

// Puts them where the command has room behind the arguments that it has already.
void give(std::vector<std::string> arguments, const Options& options, const std::string& command) {
    for (const Option& option : options.all()) {
        if (!option.is_argument() || arguments.empty()) continue;
        if (auto* const* one = std::get_if<std::optional<std::string>*>(&option.target); one != nullptr && !**one) {
            **one = std::move(arguments.front());
            arguments.erase(arguments.begin());
        } else if (auto* const* list = std::get_if<std::vector<std::string>*>(&option.target)) {
            (*list)->insert((*list)->end(), arguments.begin(), arguments.end());
            arguments.clear();
        }
    }
    if (!arguments.empty()) refuse_argument(arguments.front(), command);
}

// Of `codemate help`, the word that asks for it; of `codemate help help` both. Whether it was the second, too.
bool take_help(std::vector<std::string>& words) {
    words.erase(words.begin());
    const bool of_itself = !words.empty() && words.front() == "help";
    if (of_itself) words.erase(words.begin());
    words.push_back("--help");
    return of_itself;
}

// `codemate help` takes a command and nothing else, whatever that command takes.
void check_help(const Options& options, const std::string& command) {
    for (const Option& option : options.all()) {
        if (!option.is_argument()) continue;
        const auto* const* one = std::get_if<std::optional<std::string>*>(&option.target);
        const auto* const* list = std::get_if<std::vector<std::string>*>(&option.target);
        const bool given = (one != nullptr && **one) || (list != nullptr && !(*list)->empty());
        if (!given) continue;
        throw Error(Kind::usage, "unexpected argument " + quoted(one != nullptr ? ***one : (*list)->front()))
            .hint("`codemate help` explains one command at a time: `codemate help " + command + "`");
    }
}

std::vector<Declared> declare_commands(CLI::App& app) {
    std::vector<Declared> all;
    for (const CommandInfo& info : commands()) {
        Declared declared{&info, info.make(), {}, app.add_subcommand(info.name, info.summary)};
        declared.command->declare(declared.options);
        if (!info.alias.empty()) declared.app->alias(info.alias);
        add_all(*declared.app, declared.options);
        declared.app->fallthrough();
        declared.app->allow_extras();
        all.push_back(std::move(declared));
    }
    return all;
}

} // namespace

void declare_global(Options& options, GlobalOptions& global) {
    options.values("--manifest", "FILE", global.manifests,
                   "the manifest to use instead of codemate.json; builtin: the built-in one");
    options.value("--lock", "FILE", global.lock, "the lock to use instead of codemate.lock beside the manifest");
    options.value("--host", "URL", global.host, "the server's address, in the form of OLLAMA_HOST, which it replaces");
    options.value("--models-dir", "DIR", global.models_dir,
                  "the server's models directory on this machine, where codemate does not find it by itself");
    options.flag("--json", global.json, "write one JSON document to stdout");
    options.value("--color", "WHEN", global.colour, "colour", {"auto", "always", "never"});
    options.value("--progress", "FORM", global.progress, "how progress is shown on stderr",
                  {"auto", "bar", "plain", "json", "none"});
    options.flag("-q,--quiet", global.quiet, "no progress and no notes, only results and errors");
    options.count("-v,--verbose", global.verbosity, "say what happens inside; twice: more");
    options.value("--log-file", "FILE", global.log_file, "append what happens inside to this file");
    options.flag("--version", global.version, "print the version");
    options.flag("-h,--help", global.help, "print help");
}

void parse(const std::vector<std::string>& arguments, Invocation& invocation) {
    CLI::App app;
    Options global;
    declare_global(global, invocation.global);
    add_all(app, global);
    app.allow_extras();
    app.require_subcommand(0, 1);
    std::vector<Declared> declared = declare_commands(app);

    Line line = taken_apart(arguments);
    // `codemate help pull` means `codemate pull --help`.
    bool help_of_itself = false;
    if (!line.words.empty() && line.words.front() == "help") {
        help_of_itself = take_help(line.words);
        invocation.manual = true;
    }
    // An error of the line itself must be reported as JSON too, and under the command's name.
    const std::vector<NamedOptions> by_command = options_by_command(declared);
    invocation.global.json = is_given(line.words, "--json", global, by_command);
    if (command_in(line.words, global, by_command).empty() && !line.arguments.empty()) {
        if (line.arguments.front().starts_with('-')) refuse_command(line.arguments.front());
        line.words.push_back(std::move(line.arguments.front()));
        line.arguments.erase(line.arguments.begin());
    }
    invocation.info = info_of(command_in(line.words, global, by_command));
    check_line(line.words, global, by_command);
    for (const Declared& each : declared)
        write_implied_values(each.options, line.words);
    try {
        app.parse(std::vector<std::string>(line.words.rbegin(), line.words.rend()));
    } catch (const CLI::ParseError& failure) {
        throw not_understood(failure);
    }
    const auto chosen =
        std::find_if(declared.begin(), declared.end(), [](const Declared& d) { return d.app->parsed(); });
    const Declared* used = chosen == declared.end() ? nullptr : &*chosen;
    if (const std::vector<std::string> rest = app.remaining(true); !rest.empty())
        refuse_rest(rest.front(), global, used);
    if (used != nullptr && help_of_itself) refuse_argument(used->info->name, "help");
    if (used != nullptr) give(std::move(line.arguments), used->options, used->info->name);
    if (used != nullptr && invocation.manual) check_help(used->options, used->info->name);
    if (invocation.global.help || invocation.global.version) return;
    check_choices(global);
    if (used == nullptr) throw Error(Kind::usage, "no command was given").hint("`codemate --help` lists the commands");
    check_choices(used->options);
    if (invocation.global.manifests.size() > 1 && !chosen->command->takes_several_manifests())
        throw Error(Kind::usage, "--manifest is given twice").hint("decide for one value");
    invocation.command = std::move(chosen->command);
}

} // namespace codemate::cli
