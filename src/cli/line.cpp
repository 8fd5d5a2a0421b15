#include "cli/line.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace codemate::cli {
namespace {

// An option as it stands on the line.
struct Given {
    const Option* option;
    std::string spelled; // "--sort"
    std::optional<std::string> value;
    std::string_view command; // that it belongs to; empty: all
};

bool has_name(const Option& option, std::string_view word) {
    const auto names = split(option.name, ',');
    return !option.is_argument() && std::find(names.begin(), names.end(), word) != names.end();
}

const Option* find(const Options& options, std::string_view word) {
    const auto found = std::find_if(options.all().begin(), options.all().end(),
                                    [&](const Option& option) { return has_name(option, word); });
    return found == options.all().end() ? nullptr : &*found;
}

// Goes through the line as the parser does it; what it does not know it passes over.
class Walk {
public:
    Walk(const Options& global, std::span<const NamedOptions> commands, std::function<void(const Given&)> tell)
        : global_(global), commands_(commands), tell_(std::move(tell)) {}

    void through(std::span<const std::string> words) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::string& word = words[i];
            if (word.size() < 2 || word.front() != '-') {
                choose(word);
            } else if (word.starts_with("--")) {
                if (long_option(word, i + 1 < words.size() ? &words[i + 1] : nullptr)) ++i;
            } else {
                short_options(word);
            }
        }
    }

    std::string command() const { return own_ == nullptr ? "" : own_->command; }

private:
    void choose(const std::string& word) {
        if (own_ != nullptr) return;
        const auto found = std::find_if(commands_.begin(), commands_.end(),
                                        [&](const NamedOptions& command) { return command.command == word; });
        if (found != commands_.end()) own_ = &*found;
    }

    // Whether it has taken the next word as its value.
    bool long_option(const std::string& word, const std::string* next) {
        const std::size_t equals = word.find('=');
        Given given = known(word.substr(0, equals));
        if (given.option == nullptr) return false;
        if (equals != std::string::npos) given.value = word.substr(equals + 1);
        const std::string& implied = given.option->implied;
        if (equals == std::string::npos && !implied.empty()) given.value = implied;
        const bool takes = implied.empty() && equals == std::string::npos && !given.option->value.empty() &&
                           next != nullptr && (next->size() < 2 || next->front() != '-');
        if (takes) given.value = *next;
        tell_(given);
        return takes;
    }

    // "-qv": none of them has a value.
    void short_options(const std::string& word) {
        for (std::size_t i = 1; i < word.size() && word[i] != '='; ++i) {
            Given given = known(std::string{'-', word[i]});
            if (given.option == nullptr) return;
            if (i + 1 < word.size() && word[i + 1] == '=') given.value = word.substr(i + 2);
            tell_(given);
        }
    }

    Given known(std::string word) const {
        if (own_ != nullptr) {
            if (const Option* option = find(*own_->options, word)) return {option, std::move(word), {}, own_->command};
        }
        const Option* option = find(global_, word);
        return {option, std::move(word), {}, {}};
    }

    const Options& global_;
    std::span<const NamedOptions> commands_;
    std::function<void(const Given&)> tell_;
    const NamedOptions* own_ = nullptr; // of the command, once it has been named
};

void check(const Given& given, std::set<const Option*>& seen) {
    const Option& option = *given.option;
    const std::string help =
        given.command.empty() ? "codemate --help" : "codemate " + std::string(given.command) + " --help";
    if (option.value.empty()) {
        if (!given.value) return;
        throw Error(Kind::usage, given.spelled + " takes no value, and " + quoted(*given.value) + " was given")
            .hint("write " + given.spelled + " to have it, and leave it out otherwise");
    }
    const std::string hint = !option.choices.empty() ? "it is " + listed(option.choices, "or")
                                                     : "write it so: " + option.long_name() + " " + option.value +
                                                           "; `" + help + "` explains it";
    if (!given.value) throw Error(Kind::usage, given.spelled + " needs a value").hint(hint);
    if (given.value->empty()) throw Error(Kind::usage, "the value of " + given.spelled + " is empty").hint(hint);
    if (!seen.insert(&option).second && !option.may_repeat())
        throw Error(Kind::usage, given.spelled + " is given twice").hint("decide for one value");
}

} // namespace

void check_line(std::span<const std::string> words, const Options& global, std::span<const NamedOptions> commands) {
    std::set<const Option*> seen;
    Walk(global, commands, [&](const Given& given) { check(given, seen); }).through(words);
}

std::string command_in(std::span<const std::string> words, const Options& global,
                       std::span<const NamedOptions> commands) {
    Walk walk(global, commands, [](const Given&) {});
    walk.through(words);
    return walk.command();
}

bool is_given(std::span<const std::string> words, const std::string& flag, const Options& global,
              std::span<const NamedOptions> commands) {
    bool found = false;
    Walk(global, commands, [&](const Given& given) {
        found = found || given.option->long_name() == flag;
    }).through(words);
    return found;
}

} // namespace codemate::cli
