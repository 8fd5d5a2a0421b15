#include "model/name_parts.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>

namespace codemate::model {
namespace {

struct Rule {
    std::string_view what;
    std::string_view others; // allowed behind the first character, beside letters, digits and _
    std::size_t longest;
};

constexpr std::array<Rule, 4> rules{{{"host", "-.:", 350}, {"owner", "-", 80}, {"model", "-.", 80}, {"tag", "-.", 80}}};

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string article(std::string_view what) {
    return (what == "owner" ? "an " : "a ") + std::string(what);
}

std::string allowed(const Rule& rule) {
    std::string text = "letters, digits, _";
    for (const char c : rule.others)
        text += std::string(" ") + c;
    return text;
}

} // namespace

std::string fault_of(Part part, std::string_view text) {
    const Rule& rule = rules[static_cast<std::size_t>(part)];
    if (text.empty()) return "the " + std::string(rule.what) + " is empty";
    if (text.size() > rule.longest) {
        return article(rule.what) + " has at most " + std::to_string(rule.longest) + " characters, this one has " +
               std::to_string(text.size());
    }
    if (!is_word_character(text.front())) {
        return article(rule.what) + " begins with a letter, a digit or _, not with " + quoted(text.substr(0, 1));
    }
    const auto bad = std::find_if_not(text.begin(), text.end(), [&](char c) {
        return is_word_character(c) || rule.others.find(c) != std::string_view::npos;
    });
    if (bad == text.end()) return {};
    const auto at = static_cast<std::size_t>(bad - text.begin());
    if (*bad == '@' || text.find("@sha256") != std::string_view::npos) return "a model name has no digest behind an @";
    return article(rule.what) + " consists of " + allowed(rule) + "; it cannot contain " + quoted(text.substr(at, 1));
}

Pieces take_apart(std::string_view text) {
    Pieces pieces;
    const auto cut_last = [&](char separator, std::string_view& part) {
        const std::size_t at = text.rfind(separator);
        if (at == std::string_view::npos) return false;
        part = text.substr(at + 1);
        text = text.substr(0, at);
        return true;
    };
    const std::size_t colon = text.rfind(':');
    const std::size_t slash = text.rfind('/');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        pieces.has_tag = cut_last(':', pieces.tag);
    }
    if (!cut_last('/', pieces.model)) {
        pieces.model = text;
        return pieces;
    }
    pieces.has_owner = true;
    if (cut_last('/', pieces.owner)) {
        pieces.has_host = true;
        pieces.host = text;
    } else {
        pieces.owner = text;
    }
    return pieces;
}

} // namespace codemate::model
