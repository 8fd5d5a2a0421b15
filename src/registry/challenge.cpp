#include "registry/challenge.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <optional>

namespace codemate::registry {

namespace {

bool is_token_char(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    bool skip(char c) {
        const bool there = rest_.starts_with(c);
        if (there) rest_.remove_prefix(1);
        return there;
    }
    void skip_space() {
        while (skip(' ') || skip('\t')) {
        }
    }
    void skip_separators() {
        skip_space();
        while (skip(','))
            skip_space();
    }
    std::string_view token() {
        const auto end = std::ranges::find_if_not(rest_, is_token_char);
        const auto found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(found.size());
        return found;
    }
    std::optional<std::string> value() { return skip('"') ? quoted_string() : std::string(token()); }

    // name=value. Nothing, and nothing taken, where something else stands, such as the next scheme.
    std::optional<std::pair<std::string, std::string>> parameter() {
        const std::string_view before = rest_;
        const auto name = token();
        skip_space();
        if (!name.empty() && skip('=')) {
            skip_space();
            if (auto text = value()) return std::pair(to_lower(name), std::move(*text));
        }
        rest_ = before;
        return std::nullopt;
    }

private:
    std::optional<std::string> quoted_string() {
        std::string text;
        while (!rest_.empty()) {
            if (skip('"')) return text;
            skip('\\');
            if (rest_.empty()) break;
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

} // namespace

const std::string* Challenge::find(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
    return found == parameters.end() ? nullptr : &found->second;
}

std::vector<Challenge> parse_challenges(std::string_view header) {
    std::vector<Challenge> all;
    Reader reader(header);
    for (reader.skip_separators(); !reader.at_end(); reader.skip_separators()) {
        Challenge challenge{.scheme = to_lower(reader.token()), .parameters = {}};
        if (challenge.scheme.empty()) break;
        for (reader.skip_separators(); auto parameter = reader.parameter(); reader.skip_separators())
            challenge.parameters.push_back(std::move(*parameter));
        all.push_back(std::move(challenge));
    }
    return all;
}

std::vector<Challenge> challenges_of(const http::Response& answer) {
    std::vector<Challenge> all;
    for (const auto& header : answer.headers) {
        if (!equal_ignoring_case(header.name, "WWW-Authenticate")) continue;
        for (auto& challenge : parse_challenges(header.value))
            all.push_back(std::move(challenge));
    }
    return all;
}

} // namespace codemate::registry
