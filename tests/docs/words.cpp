#include "docs/words.hpp"

#include "cli/parse.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace codemate::test::docs {
namespace {

using Words = std::vector<std::string>;

// Words of a shell's line, and the simple commands that they make.
class Shell {
public:
    std::vector<Words> read(std::string_view line) {
        for (std::size_t at = 0; at < line.size(); ++at) {
            const char c = line[at];
            if (quote_ != 0) {
                if (c == quote_)
                    quote_ = 0;
                else
                    word_ += c;
            } else if (c == '\'' || c == '"') {
                quote_ = c;
                begun_ = true;
            } else if (c == '#' && !begun_ && word_.empty()) {
                break;
            } else if (c == ' ' || c == '\t' || c == '\n' ||
                       (c == '\\' && at + 1 < line.size() && line[at + 1] == '\n')) {
                end_word();
            } else if (std::string_view("|&;()<>").find(c) != std::string_view::npos) {
                end_word();
                // What stands behind < and > is a file, and < ( begins another command.
                file_ = c == '<' || c == '>';
                if (!file_) end_command();
            } else {
                word_ += c;
            }
        }
        end_word();
        end_command();
        return std::move(commands_);
    }

private:
    void end_word() {
        if (word_.empty() && !begun_) return;
        if (!file_) words_.push_back(word_);
        file_ = false;
        begun_ = false;
        word_.clear();
    }
    void end_command() {
        if (!words_.empty()) commands_.push_back(std::exchange(words_, {}));
    }

    char quote_ = 0;
    bool begun_ = false; // a word, by a quote
    bool file_ = false;
    std::string word_;
    Words words_;
    std::vector<Words> commands_;
};

bool is_assignment(const std::string& word) {
    const std::size_t equals = word.find('=');
    return equals != 0 && equals != word.npos &&
           std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

// Programs that run the one that stands behind them. Of containers' only two commands do.
bool runs_another(const Words& words, Words::const_iterator at) {
    constexpr std::string_view runners = " sudo env exec nohup time ssh if ! then do while until ";
    constexpr std::string_view of_containers = " docker podman kubectl ";
    const auto is_in = [](std::string_view list, const std::string& word) {
        return list.find(" " + word + " ") != std::string_view::npos;
    };
    if (is_in(runners, *at)) return true;
    return is_in(of_containers, *at) && at + 1 != words.end() && is_in(" run exec ", *(at + 1));
}

bool is_codemate(const std::string& word) {
    return word == "codemate" || word.ends_with("/codemate");
}

} // namespace

std::vector<std::vector<std::string>> calls_of_codemate(std::string_view line) {
    std::vector<Words> calls;
    for (const Words& words : Shell().read(line)) {
        auto at = std::find_if_not(words.begin(), words.end(), is_assignment);
        if (at != words.end() && runs_another(words, at)) at = std::find_if(at, words.end(), is_codemate);
        if (at != words.end() && is_codemate(*at)) calls.emplace_back(at + 1, words.end());
    }
    return calls;
}

std::string misunderstood(std::vector<std::string> words) {
    for (std::string& word : words)
        std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
    std::erase(words, "");
    if (words == std::vector<std::string>{"help", "COMMAND"}) return "";
    if (words.empty() || words.front().starts_with("__")) return "";
    try {
        cli::Invocation invocation;
        cli::parse(words, invocation);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

} // namespace codemate::test::docs
