#include "cli/commands/export/arguments.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace codemate::cli::exporting {
namespace {

namespace fs = std::filesystem;

constexpr const char* example = "as in --to https://registry.corp/models or --to http://localhost:5000";

// What a client, or a proxy, would make another path of.
void check_path(const std::string& text) {
    const auto scheme = text.find("://");
    const auto begin = text.find('/', scheme == std::string::npos ? 0 : scheme + 3);
    if (begin == std::string::npos) return;
    std::string_view path = std::string_view(text).substr(begin + 1);
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty() && text.size() - begin <= 1) return;
    const auto parts = split(path, '/');
    const bool is_odd =
        std::ranges::any_of(parts, [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
    if (is_odd)
        throw Error(Kind::usage, "--to: " + quoted(text) + " has a path with empty parts, with . or ..").hint(example);
}

bool is_directory(const std::string& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

// Without a scheme, what begins as no host does, and what is there.
bool is_path(const std::string& text) {
    if (text.find("://") != std::string::npos) return false;
    return text.starts_with('.') || text.starts_with('/') || text.starts_with('~') || is_directory(text);
}

std::optional<ModelName> name_of(const std::string& word) {
    try {
        return ModelName::parse(word);
    } catch (const Error&) { // no name of a model
        return std::nullopt;
    }
}

// With a tag, or with a host: nobody means a directory by that.
bool is_clearly_model(const std::string& word) {
    if (word.starts_with('.') || word.starts_with('/') || word.starts_with('~') || !name_of(word)) return false;
    if (word.find(':') != std::string::npos) return true;
    const auto parts = split(word, '/');
    const bool has_host = parts.size() > 2 && parts.front().find('.') != std::string_view::npos;
    return has_host && !is_directory(std::string(parts.front()));
}

std::string in_order(const std::vector<std::string>& targets, const std::string& model, const std::string& directory) {
    std::string command = "codemate export";
    for (const std::string& target : targets)
        if (target != directory) command += ' ' + printable(target, 200);
    return command + ' ' + printable(model, 200) + ' ' + printable(directory, 200);
}

} // namespace

http::Url registry_url(const std::string& text) {
    if (is_path(text)) {
        throw Error(Kind::usage, "--to: " + quoted(text) + " is a path, and no registry's URL")
            .hint("write `codemate export TARGET… " + printable(text, 200) + "` for a directory");
    }
    check_path(text);
    try {
        return http::Url::parse(text.find("://") == std::string::npos ? "https://" + text : text);
    } catch (Error& error) {
        throw error.context("--to").hint(example);
    }
}

void check_words(const std::vector<std::string>& targets, const std::string& directory,
                 const std::function<bool(const std::string&)>& is_target) {
    std::error_code ignored;
    const bool is_new = !fs::exists(directory, ignored);
    const bool is_known = directory.find('/') == std::string::npos && is_target(directory);
    const bool is_word = is_new && (is_known || is_clearly_model(directory));
    const auto other = std::ranges::find_if(targets, [&](const std::string& target) {
        return depot::is_layout(target) || (is_word && is_directory(target) && !is_target(target));
    });
    if (other != targets.end() && is_new)
        throw Error(Kind::usage, quoted(*other) + " is a directory, and no model")
            .hint("the directory comes last: `" + in_order(targets, directory, *other) + "`");
    if (!is_word) return;
    const std::string word = printable(directory, 200);
    throw Error(Kind::usage, quoted(directory) + " is to be exported, it seems, and to which directory is not said")
        .hint("`codemate export " + (targets.empty() ? "" : joined(targets, " ") + " ") + word + " DIR`; write ./" +
              word + " if you mean a directory of that name");
}

bool may_be_model(const std::string& directory) {
    std::error_code ignored;
    return directory.find('/') == std::string::npos && !fs::exists(directory, ignored) && name_of(directory);
}

bool is_directory_among(const std::vector<std::string>& targets, const ModelName& name) {
    return std::ranges::any_of(targets, [&](const std::string& target) {
        const auto named = name_of(target);
        return named && named->same_on_server(name) && is_directory(target);
    });
}

} // namespace codemate::cli::exporting
