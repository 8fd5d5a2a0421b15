// The only file that knows CLI11. It turns our declarations into CLI11's and its complaints into our errors.
#include "cli/parse.hpp"

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
    void operator()(std::vector<std::string>* target) const { app.add_option(option.name, *target); }
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
    std::vector<std::string> names;
    for (const CommandInfo& command : commands())
        names.push_back(command.name);
    const auto near = nearest(word, names);
    throw Error(Kind::usage, "there is no command " + quoted(word))
        .hint((near ? "did you mean " + quoted(*near) + "? " : "") + "`codemate --help` lists the commands");
}

[[noreturn]] void refuse_rest(const std::string& word, const Options& global, const Declared* chosen) {
    const std::string help = chosen == nullptr ? "codemate --help" : "codemate " + chosen->info->name + " --help";
    if (!word.starts_with("-") || word == "-") {
        if (chosen == nullptr) refuse_command(word);
        throw Error(Kind::usage, "unexpected argument " + quoted(word)).hint("see `" + help + "`");
    }
    std::vector<std::string> names = names_of(global);
    if (chosen != nullptr) {
        const std::vector<std::string> own = names_of(chosen->options);
        names.insert(names.end(), own.begin(), own.end());
    }
    const std::string option = word.substr(0, word.find('='));
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

// CLI11 says "--sort: 1 required TEXT missing" and the like.
std::string understandable(const CLI::ParseError& failure) {
    std::string text = printable(failure.what(), 300);
    if (text.ends_with(".")) text.pop_back();
    return text;
}

std::vector<Declared> declare_commands(CLI::App& app) {
    std::vector<Declared> all;
    for (const CommandInfo& info : commands()) {
        Declared declared{&info, info.make(), {}, app.add_subcommand(info.name, info.summary)};
        declared.command->declare(declared.options);
        add_all(*declared.app, declared.options);
        declared.app->fallthrough();
        declared.app->allow_extras();
        all.push_back(std::move(declared));
    }
    return all;
}

} // namespace

void declare_global(Options& options, GlobalOptions& global) {
    options.value("--manifest", "FILE", global.manifest,
                  "the manifest to use instead of codemate.json; builtin: the built-in one");
    options.value("--lock", "FILE", global.lock, "the lock to use instead of codemate.lock beside the manifest");
    options.value("--host", "URL", global.host, "the server's address, in the form of OLLAMA_HOST, which it replaces");
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

    // An error of the line itself must be reported as JSON too.
    invocation.global.json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    // `codemate help pull` means `codemate pull --help`.
    std::vector<std::string> line(arguments.rbegin(), arguments.rend());
    if (!line.empty() && line.back() == "help") {
        line.pop_back();
        line.insert(line.begin(), "--help");
    }
    try {
        app.parse(line);
        invocation.global.json = app.count("--json") > 0; // and not as another option's value
    } catch (const CLI::ParseError& failure) {
        throw Error(Kind::usage, understandable(failure));
    }
    const auto chosen =
        std::find_if(declared.begin(), declared.end(), [](const Declared& d) { return d.app->parsed(); });
    const Declared* used = chosen == declared.end() ? nullptr : &*chosen;
    if (used != nullptr) invocation.info = used->info;
    if (const std::vector<std::string> rest = app.remaining(true); !rest.empty())
        refuse_rest(rest.front(), global, used);
    if (invocation.global.help || invocation.global.version) return;
    check_choices(global);
    if (used == nullptr) throw Error(Kind::usage, "no command was given").hint("`codemate --help` lists the commands");
    check_choices(used->options);
    invocation.command = std::move(chosen->command);
}

} // namespace codemate::cli
