#include "cli/completion.hpp"

#include "cli/command.hpp"
#include "cli/declared.hpp"
#include "cli/parse.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>

namespace codemate::cli {
namespace {

constexpr Names any_model{.groups = true, .roles = true, .declared = true, .installed = true};
constexpr Names one_model{.roles = true, .declared = true, .installed = true};
constexpr Names installed_only{.installed = true};
constexpr Names files_only{.files = true};

// By "command PLACEHOLDER" where commands differ, else by the placeholder.
const std::map<std::string, ValueKind, std::less<>>& kinds() {
    static const std::map<std::string, ValueKind, std::less<>> table{
        {"TARGET", {any_model, {}}},
        {"export TARGET",
         {{.groups = true, .roles = true, .declared = true, .installed = true, .directories = true}, {}}},
        {"lock TARGET", {{.groups = true, .roles = true, .declared = true}, {}}},
        {"benchmark TARGET", {any_model, {"all"}}},
        {"outdated TARGET", {any_model, {"all"}}},
        {"update TARGET", {any_model, {"all"}}},
        {"verify TARGET", {any_model, {"all"}}},
        {"NAME", {one_model, {}}},
        {"rm NAME", {installed_only, {}}},
        {"use NAME", {{.declared = true, .installed = true}, {}}},
        {"refs NAME", {{.declared = true, .installed = true}, {}}},
        {"FILTER", {installed_only, {}}},
        {"ROLE", {{.roles = true}, {}}},
        {"SHELL", {{}, {"bash", "zsh", "fish"}}},
        {"FILE", {files_only, {}}},
        {"DIR", {{.directories = true}, {}}},
        {"WHERE", {files_only, {"builtin"}}},
        {"pull WHERE", {{.directories = true}, {}}},
        {"REF", {files_only, {"last"}}},
        // What nobody but the user knows, or what has choices.
        {"CMD", {}},
        {"DATE", {}},
        {"DUR", {}},
        {"FORM", {}},
        {"KEY", {}},
        {"1,2,4", {}},
        {"N", {}},
        {"PORT", {}},
        {"RATE", {}},
        {"REGEX", {}},
        {"RELEASE", {}},
        {"SIZE", {}},
        {"TEXT", {}},
        {"URL", {}},
        {"WHEN", {}},
    };
    return table;
}

const CommandInfo* command_of(std::string_view word) {
    const auto found = std::find_if(commands().begin(), commands().end(), [&](const CommandInfo& info) {
        return info.name == word || (!info.alias.empty() && info.alias == word);
    });
    return found == commands().end() ? nullptr : &*found;
}

bool is_option(std::string_view word) {
    return word.size() > 1 && word.front() == '-';
}

// Goes through a line as the parser does it, and remembers what the last word depends on.
class Reader {
public:
    Reader() { declare_global(global_, sought_.global); }

    void read(const std::string& word) {
        if (pending_ != nullptr && !is_option(word)) {
            give(word);
            return;
        }
        pending_ = nullptr;
        if (ended_ || !is_option(word)) {
            argument(word);
        } else if (word == "--") {
            ended_ = true;
        } else if (word.starts_with("--")) {
            option(word);
        }
    }

    Sought finish(const std::string& word) {
        sought_.typed = word;
        const std::size_t equals = word.find('=');
        if (pending_ != nullptr && !is_option(word)) {
            offer_value(*pending_);
        } else if (ended_ || word.empty() || word.front() != '-') {
            offer_argument();
        } else if (equals == std::string::npos) {
            offer_options(word);
        } else if (const Option* found = find(word.substr(0, equals)); found != nullptr && !found->value.empty()) {
            sought_.before = word.substr(0, equals + 1);
            sought_.typed = word.substr(equals + 1);
            offer_value(*found);
        }
        return std::move(sought_);
    }

private:
    void argument(const std::string& word) {
        if (info_ != nullptr) {
            ++arguments_;
        } else if (word == "help" && !help_) {
            help_ = true;
        } else if (const CommandInfo* info = command_of(word)) {
            info_ = info;
            command_ = info->make();
            command_->declare(own_);
        } else {
            unknown_ = true;
        }
    }

    void option(const std::string& word) {
        const std::size_t equals = word.find('=');
        pending_ = find(word.substr(0, equals));
        if (pending_ == nullptr) return;
        given_.push_back(pending_);
        if (equals != std::string::npos) {
            give(word.substr(equals + 1));
        } else if (pending_->value.empty() || !pending_->implied.empty()) {
            pending_ = nullptr;
        }
    }

    void give(const std::string& value) {
        if (auto* const* one = std::get_if<std::optional<std::string>*>(&pending_->target)) **one = value;
        if (auto* const* list = std::get_if<std::vector<std::string>*>(&pending_->target)) (*list)->push_back(value);
        pending_ = nullptr;
    }

    const Option* find(std::string_view name) const {
        for (const Options* options : {&own_, &global_}) {
            for (const Option& option : options->all()) {
                if (!option.is_argument() && option.long_name() == name) return &option;
            }
        }
        return nullptr;
    }

    void suggest(const std::string& word, std::string help) {
        if (word.starts_with(sought_.typed)) sought_.suggestions.push_back({sought_.before + word, std::move(help)});
    }

    void offer_value(const Option& option) {
        for (const std::string& choice : option.choices)
            suggest(choice, "");
        offer_kind(option.value);
        if (option.long_name() == "--manifest") suggest("builtin", "the built-in manifest");
    }

    void offer_kind(std::string_view placeholder) {
        const auto kind = value_kind(info_ == nullptr ? "" : info_->name, placeholder);
        if (!kind) return;
        sought_.names = kind->names;
        for (const std::string& word : kind->words)
            suggest(word, "");
    }

    void offer_argument() {
        if (unknown_) return;
        if (info_ == nullptr) {
            offer_commands();
            return;
        }
        std::size_t index = 0;
        for (const Option& option : own_.all()) {
            if (!option.is_argument() || help_) continue;
            if (option.may_repeat() || index++ == arguments_) {
                offer_kind(option.name);
                return;
            }
        }
    }

    void offer_commands() {
        for (const CommandInfo& info : commands())
            suggest(info.name, info.summary);
        if (!help_) suggest("help", "explain a command");
    }

    void offer_options(const std::string& word) {
        if (word.size() > 1 && !word.starts_with("--")) return; // "-q": it is whole
        for (const Options* options : {&own_, &global_}) {
            for (const Option& option : options->all()) {
                const bool counts = std::holds_alternative<int*>(option.target);
                const bool given = std::find(given_.begin(), given_.end(), &option) != given_.end();
                if (option.is_argument() || (given && !counts && !option.may_repeat())) continue;
                suggest(option.long_name(), explained(option));
            }
        }
    }

    Sought sought_;
    Options global_, own_;
    std::unique_ptr<Command> command_;
    const CommandInfo* info_ = nullptr;
    const Option* pending_ = nullptr; // that waits for its value
    std::vector<const Option*> given_;
    std::size_t arguments_ = 0;
    bool ended_ = false; // by "--"
    bool help_ = false;
    bool unknown_ = false; // a command that there is none of
};

} // namespace

std::optional<ValueKind> value_kind(std::string_view command, std::string_view placeholder) {
    auto found = kinds().find(std::string(command) + " " + std::string(placeholder));
    if (found == kinds().end()) found = kinds().find(placeholder);
    return found == kinds().end() ? std::nullopt : std::optional(found->second);
}

Sought sought(std::span<const std::string> words) {
    Reader reader;
    if (words.empty()) return reader.finish("");
    for (const std::string& word : words.first(words.size() - 1))
        reader.read(word);
    return reader.finish(words.back());
}

} // namespace codemate::cli
