// Wiring's last part: one place that stands in for all registries.
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/store/local_disk.hpp"

namespace codemate::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view forms = "an address is http(s)://HOST[/PATH] or HOST/PATH; all else is a directory, as "
                                   "`codemate export` writes one, or a models directory";

bool is_address(std::string_view where) {
    return where.starts_with("http://") || where.starts_with("https://");
}

// "registry.corp/models", "registry.corp:5000": its first part is a host, as it seems.
bool looks_like_address(std::string_view where) {
    const std::string_view host = where.substr(0, where.find('/'));
    return where.find("://") == std::string_view::npos && !host.starts_with('.') && !host.ends_with('.') &&
           host.find_first_of(".:") != std::string_view::npos;
}

Error no_directory(const std::string& where, const fs::path& path) {
    std::error_code unknown;
    if (fs::exists(path, unknown)) {
        Error error(Kind::usage, codemate::quoted(where) + " is no directory");
        const fs::path name = path.filename();
        const bool is_of_export = name == depot::index_file || name == depot::layout_file || name == depot::lock_file;
        return std::move(error).hint(is_of_export ? "name the directory that it is in" : std::string(forms));
    }
    return Error(Kind::usage, "there is no directory " + codemate::quoted(where)).hint(std::string(forms));
}

std::shared_ptr<store::Disk> open_directory(const std::string& where, const fs::path& path) {
    try {
        return store::open_disk(path);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) throw;
        throw no_directory(where, path);
    }
}

std::optional<manifest::Lock> lock_there(const fs::path& file, const std::string& where) {
    try {
        return manifest::LockFile(file).read();
    } catch (const Error&) { // whoever names it with --lock is told what is wrong with it
        diagnostics::info("the lock in " + where + " cannot be understood");
        return std::nullopt;
    }
}

} // namespace

rules::OneSource Wiring::take_everything_from(const std::string& where) {
    if (registry_server_) throw Error(Kind::defect, "--from, and a registry is in use already");
    if (variable("CODEMATE_REGISTRY") != nullptr)
        diagnostics::info("CODEMATE_REGISTRY is not asked: --from names where everything comes from");
    if (looks_like_address(where)) { // as `codemate export --to` takes it
        std::error_code unknown;
        if (!fs::exists(current_directory() / where, unknown)) return take_everything_from("https://" + where);
    }
    rules::OneSource from{printable(without_credentials(where))};
    try {
        if (is_address(where)) {
            registry_server_ = registry::connect(
                client(),
                {.everything_at = http::Url::parse(where), .credentials = credentials(), .silence = registry_silence_});
            return from;
        }
        if (where.empty() || where.find("://") != std::string::npos)
            throw Error(Kind::usage, codemate::quoted(where) + " names no place").hint(std::string(forms));
        const fs::path path = fs::path(where).is_absolute() ? fs::path(where) : current_directory() / where;
        registry_server_ = depot::open(open_directory(where, path), from.where);
        std::error_code unknown;
        const fs::path lock = fs::path(where) / depot::lock_file;
        if (!fs::is_regular_file(path / depot::lock_file, unknown)) return from;
        from.lock = lock.string();
        from.says = lock_there(lock, from.where);
        return from;
    } catch (Error& error) {
        throw error.context("--from");
    }
}

} // namespace codemate::cli
