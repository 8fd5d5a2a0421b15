#include "cli/wiring.hpp"

#include "cli/exit_status.hpp"
#include "cli/job_summary.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/base/version.hpp"
#include "codemate/ollama/access.hpp"
#include "codemate/ollama/endpoint.hpp"

#include <unistd.h>

namespace codemate::cli {
namespace {

ui::ProgressMode progress_mode(const std::optional<std::string>& word) {
    if (word == "bar") return ui::ProgressMode::bar;
    if (word == "plain") return ui::ProgressMode::plain;
    if (word == "json") return ui::ProgressMode::json;
    if (word == "none") return ui::ProgressMode::none;
    return ui::ProgressMode::automatic;
}

constexpr ByteCount netrc_limit(std::uint64_t{1} << 20);

ui::Out::Reader reader(const ui::Getenv& getenv) {
    return ui::is_set(getenv, "GITHUB_ACTIONS") ? ui::Out::Reader::github_actions : ui::Out::Reader::any;
}

bool is_absolute_or_builtin(const std::optional<std::string>& manifest) {
    return manifest && (*manifest == "builtin" || manifest->starts_with("/"));
}

} // namespace

Wiring::Wiring(GlobalOptions options, ui::Getenv getenv, const Signals& signals)
    : options_(std::move(options)), getenv_(std::move(getenv)), signals_(signals),
      out_(STDOUT_FILENO, ui::Out::Failure::error, reader(getenv_)),
      err_(STDERR_FILENO, ui::Out::Failure::dropped, reader(getenv_)) {
    if (const char* page = variable("GITHUB_STEP_SUMMARY")) job_summary_ = std::make_unique<JobSummary>(page);
}

Wiring::~Wiring() = default;

const char* Wiring::variable(const char* name) const {
    const char* value = getenv_(name);
    return value == nullptr || *value == '\0' ? nullptr : value;
}

ui::ColourChoice Wiring::colour() const {
    if (options_.colour == "always") return ui::ColourChoice::always;
    if (options_.colour == "never") return ui::ColourChoice::never;
    return ui::ColourChoice::automatic;
}

void Wiring::start_diagnostics() {
    diagnostics::Options options{.verbosity = options_.verbosity,
                                 .log_file = options_.log_file.value_or(""),
                                 .colour = options_.verbosity > 0 && err_terminal().colour};
    if (reader(getenv_) == ui::Out::Reader::github_actions) options.shown = ui::without_commands;
    diagnostics::start(options);
}

const http::Url& Wiring::endpoint() {
    if (!endpoint_) {
        const char* variable = getenv_("OLLAMA_HOST");
        const std::string value = options_.host ? *options_.host : variable == nullptr ? "" : variable;
        try {
            endpoint_ = ollama::endpoint(value);
        } catch (Error& error) {
            throw error.context(options_.host ? "--host" : "OLLAMA_HOST");
        }
    }
    return *endpoint_;
}

http::Client& Wiring::client() {
    if (!client_) client_ = http::make_client({.user_agent = "codemate/" + std::string(version())});
    return *client_;
}

std::string Wiring::id_of(http::Url url) {
    if (url.is_loopback()) url.host = "127.0.0.1";
    return url.text();
}

std::string Wiring::server_id() {
    return id_of(endpoint());
}

ollama::Server& Wiring::server() {
    if (!server_) server_ = ollama::connect(client(), endpoint(), authorization(endpoint()));
    return *server_;
}

// The key is for OLLAMA_HOST's server alone, whatever else is asked.
Wiring::Another Wiring::another_server(const std::string& option, const std::string& address) {
    try {
        Another another{ollama::endpoint(address), {}, nullptr};
        another.id = id_of(another.endpoint);
        const std::string login = ollama::authorization(another.endpoint, "", [this] { return netrc(); });
        another.server = ollama::connect(client(), another.endpoint, login);
        return another;
    } catch (Error& error) {
        throw error.context(option);
    }
}

std::string Wiring::authorization(const http::Url& endpoint) {
    const char* key = variable("OLLAMA_API_KEY");
    return ollama::authorization(endpoint, key == nullptr ? "" : key, [this] { return netrc(); });
}

// Empty where there is none, which is the usual case.
std::string Wiring::netrc() const {
    std::filesystem::path path;
    if (const char* named = variable("NETRC")) {
        path = named;
    } else if (const char* home = variable("HOME")) {
        path = std::filesystem::path(home) / ".netrc";
    }
    if (path.empty()) return {};
    try {
        return read_file(path, netrc_limit);
    } catch (const Error& error) {
        if (error.kind() != Kind::not_found) diagnostics::warning(error.message());
        return {};
    }
}

std::filesystem::path Wiring::current_directory() {
    std::error_code failure;
    std::filesystem::path here = std::filesystem::current_path(failure);
    if (!failure) return here;
    throw Error(Kind::storage, "cannot tell the current directory: " + failure.message())
        .hint("change into a directory that exists, or name the manifest with --manifest");
}

manifest::Search Wiring::manifest_search() const {
    if (options_.manifests.empty()) return search_for(std::nullopt);
    return search_for(options_.manifests.front());
}

manifest::Search Wiring::search_for(std::optional<std::string> option) const {
    const char* named = variable("CODEMATE_MANIFEST");
    manifest::Search search;
    search.option = std::move(option);
    if (named != nullptr) search.environment = named;
    // Where one stands may have been removed; only a search, and a relative path, need to know.
    if (!is_absolute_or_builtin(search.option ? search.option : search.environment)) {
        search.directory = current_directory();
    }
    search.user = ::geteuid();
    return search;
}

const manifest::Manifest& Wiring::manifest() {
    if (!manifest_) {
        manifest_ = manifest::load(manifest_search());
        diagnostics::info("manifest: " + manifest_->origin.display());
    }
    return *manifest_;
}

std::vector<manifest::Manifest> Wiring::load_more_manifests() const {
    std::vector<manifest::Manifest> more;
    for (std::size_t i = 1; i < options_.manifests.size(); ++i)
        more.push_back(manifest::load(search_for(options_.manifests[i])));
    return more;
}

const std::vector<manifest::Manifest>& Wiring::more_manifests() {
    if (!more_manifests_) more_manifests_ = load_more_manifests();
    return *more_manifests_;
}

std::vector<manifest::Manifest> Wiring::manifests_now() const {
    std::vector<manifest::Manifest> all = load_more_manifests();
    all.insert(all.begin(), manifest::load(manifest_search()));
    return all;
}

std::optional<http::Url> Wiring::registry() {
    const char* value = variable("CODEMATE_REGISTRY");
    if (value == nullptr) return std::nullopt;
    try {
        http::Url url = http::Url::parse(value);
        // It becomes the host of model names, which have no place for a path.
        if (!url.path.empty())
            throw Error(Kind::usage, quoted(value) + " has a path; a registry is named by host and port");
        if (url.host.find(':') != std::string::npos) {
            throw Error(Kind::usage, quoted(value) + " is an IPv6 address, which model names have no place for")
                .hint("name the registry by a host name");
        }
        return url;
    } catch (Error& error) {
        throw error.context("CODEMATE_REGISTRY");
    }
}

const ui::Terminal& Wiring::out_terminal() {
    if (!out_terminal_) out_terminal_ = ui::look_at(STDOUT_FILENO, colour(), getenv_);
    return *out_terminal_;
}

const ui::Terminal& Wiring::err_terminal() {
    if (!err_terminal_) err_terminal_ = ui::look_at(STDERR_FILENO, colour(), getenv_);
    return *err_terminal_;
}

ui::Progress& Wiring::progress() {
    if (!progress_) {
        ui::ProgressOptions options;
        options.mode = progress_mode(options_.progress);
        options.quiet = options_.quiet;
        options.results_follow = !options_.json && out_terminal().interactive;
        options.columns = [this] { return ui::columns_of(STDERR_FILENO, getenv_); };
        options.github_actions = ui::is_set(getenv_, "GITHUB_ACTIONS");
        // A CI system may offer a terminal; nobody watches it.
        const bool automatic = options.mode == ui::ProgressMode::automatic;
        if (automatic && in_ci()) options.mode = ui::ProgressMode::plain;
        progress_ = ui::make_progress(options, err_terminal(), err_, clock_);
    }
    return *progress_;
}

void Wiring::limit_time(const std::optional<std::string>& timeout) {
    if (timeout) time_limit_.emplace(*timeout, signals_.stop());
}

std::optional<Error> Wiring::out_of_time() const {
    return time_limit_ && time_limit_->passed() ? std::optional(time_limit_->error()) : std::nullopt;
}

int Wiring::status_when_interrupted() const {
    if (const auto error = out_of_time()) return exit_status(error->kind());
    return status_of_signal(signals_.received());
}

const std::string& Wiring::server_version() {
    if (!server_version_) server_version_ = server().version(stop());
    return *server_version_;
}

} // namespace codemate::cli
