// Of the wiring: the lock and the registries.
#include "cli/wiring.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/random.hpp"
#include "codemate/base/text.hpp"
#include "codemate/machine/programs.hpp"
#include "codemate/model/mirror.hpp"
#include "codemate/registry/credentials.hpp"

namespace codemate::cli {
namespace {

constexpr ByteCount docker_config_limit(std::uint64_t{16} << 20);

// As a shell would say it: not found is an answer, too, and its text may hold a secret.
std::string run_helper(const std::string& name, const std::string& input, const Stop& stop) {
    const machine::Program program{.command = {name, "get"}, .input = input};
    const machine::Finished finished = machine::make_programs()->run(program, stop);
    if (finished.status != 0)
        throw Error(Kind::failed, quoted(name) + " ended with status " + std::to_string(finished.status));
    return finished.output;
}

std::vector<std::string> plain_mirrors(const manifest::Manifest& manifest) {
    std::vector<std::string> hosts;
    for (const std::string& url : manifest.mirrors) {
        const std::optional<Mirror> mirror = Mirror::parse(url);
        if (mirror && mirror->plain_http) hosts.push_back(http::Url::parse(url).authority());
    }
    return hosts;
}

} // namespace

std::optional<manifest::LockFile> Wiring::lock_file() {
    if (options_.lock) {
        const std::filesystem::path path = *options_.lock;
        if (path.empty()) throw Error(Kind::usage, "--lock is empty").hint("name a file");
        return manifest::LockFile(path.is_absolute() ? path : current_directory() / path);
    }
    const std::optional<std::filesystem::path> path = manifest::lock_path(manifest().origin);
    if (!path) return std::nullopt;
    return manifest::LockFile(*path);
}

std::string Wiring::lock_shown() {
    if (options_.lock) return *options_.lock;
    const std::optional<manifest::LockFile> file = lock_file();
    if (!file) return "no lock";
    const std::filesystem::path manifest_shown = manifest().origin.shown;
    return (manifest_shown.parent_path() / file->path().filename()).string();
}

const manifest::Lock& Wiring::lock(NamedLock named) {
    if (lock_) return *lock_;
    const std::optional<manifest::LockFile> file = lock_file();
    if (options_.lock && named == NamedLock::must_exist && !file->exists())
        throw Error(Kind::not_found,
                    "there is no file " + codemate::quoted(*options_.lock) + ", and this command only reads it")
            .context("--lock")
            .hint("without --lock it is the file beside the manifest; `codemate lock` writes a new one");
    manifest::Lock lock = file ? file->read() : manifest::Lock{};
    const std::vector<manifest::Problem> problems = manifest::check_sources(lock, manifest());
    if (!problems.empty()) {
        const manifest::Origin origin{manifest::Origin::How::found, file->path(), {}};
        throw manifest::to_error(origin, problems)
            .hint("where \"from\" or a mirror has changed, take the model's block out of the lock, then run "
                  "`codemate lock`");
    }
    lock_ = std::move(lock);
    return *lock_;
}

registry::Registry& Wiring::registry_server(std::vector<std::string> plain_http_hosts) {
    if (!registry_server_) {
        registry::Options options;
        options.public_registry = registry();
        options.plain_http_hosts = std::move(plain_http_hosts);
        const std::vector<std::string> mirrors = plain_mirrors(manifest());
        options.plain_http_hosts.insert(options.plain_http_hosts.end(), mirrors.begin(), mirrors.end());
        options.credentials = credentials();
        options.silence = registry_silence_;
        registry_server_ = registry::connect(client(), std::move(options));
    }
    return *registry_server_;
}

std::unique_ptr<registry::Publisher> Wiring::publisher(http::Url registry) {
    registry::PushOptions options;
    options.registry = std::move(registry);
    options.credentials = credentials();
    options.wait = [](Duration span, const Stop& stop) { pause(span, stop); };
    options.random = &random_fraction;
    options.note = [this](const std::string& text) { progress().handle({Event::Type::note, {}, text, {}, {}}); };
    return registry::publish_to(client(), std::move(options));
}

const registry::CredentialsFor& Wiring::credentials() {
    if (credentials_) return *credentials_;
    std::vector<registry::CredentialsFor> sources;
    if (auto own = credentials_of_environment()) sources.push_back(std::move(*own));
    if (auto docker = credentials_of_docker()) sources.push_back(std::move(*docker));
    credentials_ = registry::first_of(std::move(sources));
    return *credentials_;
}

// They say nothing of whom they are for: it is the registry that the environment names, and nobody else.
std::optional<registry::CredentialsFor> Wiring::credentials_of_environment() {
    const auto text = [&](const char* name) {
        const char* value = variable(name);
        return std::string(value == nullptr ? "" : value);
    };
    registry::Credentials credentials{text("CODEMATE_REGISTRY_USER"), text("CODEMATE_REGISTRY_PASSWORD"),
                                      text("CODEMATE_REGISTRY_TOKEN")};
    if (credentials.user.empty() && credentials.token.empty()) return std::nullopt;
    const std::optional<http::Url> host = registry();
    if (!host) {
        warn("the credentials in CODEMATE_REGISTRY_… are not used: CODEMATE_REGISTRY does not say for which registry");
        return std::nullopt;
    }
    if (!credentials.token.empty()) credentials.user.clear(), credentials.password.clear();
    return registry::fixed_credentials(host->authority(), std::move(credentials));
}

std::optional<registry::CredentialsFor> Wiring::credentials_of_docker() const {
    std::filesystem::path directory;
    if (const char* named = variable("DOCKER_CONFIG")) {
        directory = named;
    } else if (const char* home = variable("HOME")) {
        directory = std::filesystem::path(home) / ".docker";
    }
    if (directory.empty()) return std::nullopt;
    try {
        const std::string text = read_file(directory / "config.json", docker_config_limit);
        return registry::docker_credentials(text,
                                            [stop = stop()](const std::string& program, const std::string& input) {
                                                return run_helper(program, input, stop);
                                            });
    } catch (const Error& error) { // most people have none
        if (error.kind() != Kind::not_found) diagnostics::warning(error.message());
        return std::nullopt;
    }
}

} // namespace codemate::cli
