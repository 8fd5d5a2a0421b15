#include "lifecycle/docs/writing.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace codemate::lifecycle::docs {
namespace {

std::string without(std::string_view text, bool in_table) {
    std::string result;
    for (const char letter : text) {
        if (letter == '\n' || letter == '\r')
            result += ' ';
        else if (letter == '<')
            result += "&lt;";
        else if (letter == '|' && in_table)
            result += "\\|";
        else
            result += letter;
    }
    return result;
}

// Seen from docs/, where the document stands.
std::string from_document(const std::string& path) {
    constexpr std::string_view here = "docs/";
    return path.starts_with(here) ? path.substr(here.size()) : "../" + path;
}

} // namespace

std::string prose(std::string_view text) {
    return without(trimmed(text), false);
}

std::string cell(std::string_view text) {
    return text.empty() ? "-" : without(trimmed(text), true);
}

std::string code(std::string_view text) {
    std::string plain;
    for (const char letter : text)
        plain += letter == '`' ? '\'' : letter == '\n' || letter == '\r' ? ' ' : letter;
    return "`" + plain + "`";
}

std::string bullets(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& each : texts)
        text += "- " + each + "\n";
    return text;
}

std::string row(const std::vector<std::string>& cells) {
    return "| " + joined(cells, " | ") + " |\n";
}

std::string table_head(const std::vector<std::string>& headings) {
    return row(headings) + row(std::vector<std::string>(headings.size(), "---"));
}

std::string shell(std::string_view commands) {
    return "```bash\n" + std::string(commands) + "```\n";
}

std::string capitalised(std::string text) {
    if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

std::string number(double figure) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", figure);
    return text;
}

const manifest::Locked* locked(const Facts& facts, const ModelName& name) {
    return facts.lock ? facts.lock->find(name) : nullptr;
}

std::vector<ModelName> models_of_roles(const Facts& facts) {
    std::vector<ModelName> names;
    for (const std::string& role : facts.manifest.role_order) {
        const ModelName& name = facts.manifest.roles.at(role);
        const bool there = std::ranges::any_of(names, [&](const auto& each) { return each.same_on_server(name); });
        if (!there) names.push_back(name);
    }
    return names;
}

bool is_url(std::string_view target) {
    return target.find("://") != std::string_view::npos || target.starts_with("mailto:");
}

std::string link_to(const Facts& facts, const std::string& title, const std::string& target) {
    if (is_url(target)) return "[" + prose(title) + "](" + target + ")";
    if (!facts.present.contains(target)) return prose(title) + ": " + code(target);
    const bool spaces = target.find_first_of(" ()") != std::string::npos;
    const std::string path = from_document(target);
    return "[" + prose(title) + "](" + (spaces ? "<" + path + ">" : path) + ")";
}

} // namespace codemate::lifecycle::docs
