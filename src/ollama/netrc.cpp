#include "ollama/netrc.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::ollama {
namespace {

constexpr std::string_view space = " \t\r\n";

class Words {
public:
    explicit Words(std::string_view text) : rest_(text) {}

    // Nothing at the end.
    std::optional<std::string> next() {
        for (;;) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(space), rest_.size()));
            if (rest_.empty()) return std::nullopt;
            if (rest_.front() != '#') return rest_.front() == '"' ? quoted_word() : plain_word();
            rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        }
    }

    // A macro goes up to an empty line.
    void skip_macro() {
        const std::size_t end = std::min(rest_.find("\n\n"), rest_.find("\n\r\n"));
        rest_.remove_prefix(std::min(end, rest_.size()));
    }

private:
    std::string plain_word() {
        const std::size_t end = std::min(rest_.find_first_of(space), rest_.size());
        std::string word(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return word;
    }

    std::string quoted_word() {
        std::string word;
        rest_.remove_prefix(1);
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            word += rest_.front();
            rest_.remove_prefix(1);
        }
        if (!rest_.empty()) rest_.remove_prefix(1);
        return word;
    }

    std::string_view rest_;
};

} // namespace

std::optional<Login> netrc_login(std::string_view text, std::string_view host) {
    Words words(text);
    Login login;
    bool is_meant = false;
    while (const std::optional<std::string> word = words.next()) {
        if (*word == "machine" || *word == "default") {
            if (is_meant && !login.user.empty()) break;
            is_meant = *word == "machine" && equal_ignoring_case(words.next().value_or(""), host);
            login = {};
        } else if (*word == "macdef") {
            words.skip_macro();
        } else if (*word == "login" || *word == "password" || *word == "account") {
            const std::string value = words.next().value_or("");
            if (*word == "login") login.user = value;
            if (*word == "password") login.password = value;
        }
    }
    if (!is_meant || login.user.empty()) return std::nullopt;
    return login;
}

} // namespace codemate::ollama
