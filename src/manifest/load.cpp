#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/manifest/edit.hpp"
#include "codemate/manifest/manifest.hpp"

#include <system_error>

namespace codemate::manifest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "codemate.json";
constexpr ByteCount largest{4 * 1024 * 1024};

Manifest parse_or_throw(std::string_view text, Origin origin) {
    Parsed parsed = parse(text, std::move(origin));
    if (!parsed.problems.empty()) throw to_error(parsed.manifest.origin, parsed.problems);
    return std::move(parsed.manifest);
}

Manifest named(const std::string& word, Origin::How how, std::string_view who, const fs::path& directory) {
    if (word == "builtin") return parse_or_throw(built_in_text(), Origin{how});
    const fs::path path = (directory / word).lexically_normal();
    try {
        return parse_or_throw(read_file(path, largest), Origin{how, path, word});
    } catch (Error& error) {
        if (error.kind() == Kind::manifest) throw;
        if (error.kind() == Kind::not_found)
            error.hint("name an existing file, or `builtin` for codemate's own manifest");
        throw std::move(error.context("cannot use the manifest that " + std::string(who) + " names"));
    }
}

// Also where it cannot be looked at: then reading it says why. Going on without it would mean another set of models.
bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

// The directories in which a manifest counts, from the inside out: up to the root of the checkout, or only the first
// one where there is none. Above a checkout stands what other people or projects put there.
std::vector<fs::path> directories_to_search(const fs::path& start) {
    std::vector<fs::path> directories{start};
    for (fs::path at = start;; at = at.parent_path()) {
        if (at != start) directories.push_back(at);
        if (is_there(at / ".git")) return directories;
        if (!at.has_relative_path()) return {start};
    }
}

void refuse_foreign(const fs::path& path, const Origin& origin, std::uint32_t user) {
    const std::optional<std::uint32_t> owner = owner_of(path);
    if (!owner || *owner == user || *owner == 0) return; // one that has vanished: reading it says so
    throw Error(Kind::manifest, origin.display() + " belongs to " + printable(user_name(*owner)) +
                                    ", neither to you nor to root, and was only found by searching: it is not used")
        .hint("look at it, then name it: --manifest " + origin.display());
}

std::optional<Origin> search(const fs::path& start) {
    for (const fs::path& directory : directories_to_search(start)) {
        const fs::path path = directory / file_name;
        if (!is_there(path)) continue;
        const std::string shown = directory == start ? "./" + std::string(file_name) : path.string();
        return Origin{Origin::How::found, path, shown};
    }
    return std::nullopt;
}

// Nothing where nothing has to be looked for: then whoever calls need not know where they stand.
fs::path start_of(const Search& search_for) {
    if (search_for.directory.empty()) return {};
    const fs::path start = fs::absolute(search_for.directory).lexically_normal();
    return !start.has_filename() && start.has_relative_path() ? start.parent_path() : start; // "dir/"
}

Origin named_file(const std::string& word, Origin::How how, const fs::path& directory) {
    if (word.empty()) throw Error(Kind::usage, "--manifest needs a file name");
    if (word == "builtin") {
        throw Error(Kind::usage, "the built-in manifest is part of codemate and cannot be written")
            .hint("name a file with --manifest FILE, or nothing: then it is ./codemate.json");
    }
    return {how, (directory / word).lexically_normal(), word};
}

} // namespace

Manifest load(const Search& search_for) {
    const fs::path start = start_of(search_for);
    if (search_for.option) {
        if (search_for.option->empty()) throw Error(Kind::usage, "--manifest needs a file name, or `builtin`");
        return named(*search_for.option, Origin::How::option, "--manifest", start);
    }
    if (search_for.environment && !search_for.environment->empty())
        return named(*search_for.environment, Origin::How::environment, "CODEMATE_MANIFEST", start);
    if (const std::optional<Origin> found = search(start)) {
        refuse_foreign(found->path, *found, search_for.user);
        return parse_or_throw(read_file(found->path, largest), *found);
    }
    return parse_or_throw(built_in_text(), Origin{});
}

Origin file_to_write(const Search& search_for) {
    const fs::path start = start_of(search_for);
    if (search_for.option) return named_file(*search_for.option, Origin::How::option, start);
    if (search_for.environment && !search_for.environment->empty())
        return named_file(*search_for.environment, Origin::How::environment, start);
    if (const std::optional<Origin> found = search(start)) {
        refuse_foreign(found->path, *found, search_for.user);
        return *found;
    }
    return {Origin::How::found, start / file_name, "./" + std::string(file_name)};
}

} // namespace codemate::manifest
