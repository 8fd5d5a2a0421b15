// Of the wiring: where a server's models directory may be on this machine.
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/machine/volumes.hpp"
#include "codemate/store/local_disk.hpp"

#include <array>

namespace codemate::cli {

namespace locate = lifecycle::locate;
using Origin = locate::Place::Origin;

namespace {

// As Ollama reads it: white space and quotation marks around it do not belong to it.
std::string_view unquoted(std::string_view path) {
    path = trimmed(path);
    while (!path.empty() && (path.front() == '"' || path.front() == '\''))
        path.remove_prefix(1);
    while (!path.empty() && (path.back() == '"' || path.back() == '\''))
        path.remove_suffix(1);
    return trimmed(path);
}

} // namespace

// Those of the install script, of distributions' packages, of a server that root runs.
std::vector<locate::Place> Wiring::models_places() const {
    if (options_.models_dir) return {{named_models_directory(), Origin::named}};
    std::vector<locate::Place> places;
    if (const char* value = variable("OLLAMA_MODELS")) {
        const std::string_view path = unquoted(value);
        if (path.starts_with('/')) places.push_back({path, Origin::environment});
    }
    const char* home = variable("HOME");
    if (home != nullptr && *home == '/')
        places.push_back({std::filesystem::path(home) / ".ollama/models", Origin::usual});
    for (const char* path : {"/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models",
                             "/var/lib/ollama/models", "/var/lib/ollama", "/var/snap/ollama/common/models"})
        places.push_back({path, Origin::usual});
    for (const std::filesystem::path& volume : machine::volume_directories(home == nullptr ? "" : home)) {
        places.push_back({volume / "models", Origin::volume}); // of /root/.ollama, as Ollama's own page has it
        places.push_back({volume / ".ollama/models", Origin::volume});
    }
    return places;
}

std::filesystem::path Wiring::models_directory_to_write() const {
    // A path that is relative would be to where a server was started: for who writes by himself that is here.
    if (const char* value = variable("OLLAMA_MODELS"); value != nullptr && !options_.models_dir) {
        const std::string_view path = unquoted(value);
        if (!path.empty() && !path.starts_with('/')) return (current_directory() / path).lexically_normal();
    }
    const std::vector<locate::Place> places = models_places();
    const char* home = variable("HOME");
    const bool has_own = places.front().origin != Origin::usual || (home != nullptr && *home == '/');
    if (has_own) return places.front().path.lexically_normal();
    throw Error(Kind::usage, "nothing says where the models shall be: neither OLLAMA_MODELS nor HOME is set")
        .hint("name the directory with --models-dir DIR");
}

std::filesystem::path Wiring::named_models_directory() const {
    const std::filesystem::path path = *options_.models_dir;
    return path.is_absolute() ? path : current_directory() / path;
}

locate::Report Wiring::locate_store(std::vector<ollama::Installed> installed) {
    return locate_store(std::move(installed), stop());
}

locate::Report Wiring::locate_store(std::vector<ollama::Installed> installed, Stop stop) {
    const locate::Ports ports{server(), store::open_disk, owner_of};
    return locate::examine(locate::gather({models_places()}, std::move(installed), ports, std::move(stop)));
}

} // namespace codemate::cli
