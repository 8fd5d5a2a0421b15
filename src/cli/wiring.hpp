#pragma once

#include "cli/signals.hpp"
#include "cli/time_limit.hpp"

#include "codemate/base/clock.hpp"
#include "codemate/http/client.hpp"
#include "codemate/lifecycle/locate.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/registry/push.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/relay/relay.hpp"
#include "codemate/rules/one_source.hpp"
#include "codemate/state/benchmarks.hpp"
#include "codemate/state/changes.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/state/required_sets.hpp"
#include "codemate/state/uploads.hpp"
#include "codemate/state/verified.hpp"
#include "codemate/ui/annotation.hpp"
#include "codemate/ui/out.hpp"
#include "codemate/ui/progress.hpp"
#include "codemate/ui/style.hpp"
#include "codemate/ui/terminal.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::cli {

class JobSummary;

// The options that every command has.
struct GlobalOptions {
    std::vector<std::string> manifests; // several only for commands that take them
    std::optional<std::string> lock, host, models_dir, colour, progress, log_file;
    bool json = false;
    bool quiet = false;
    bool help = false;
    bool version = false;
    int verbosity = 0;
};

// Builds what a command asks for, at first use: what is not asked for costs nothing. The only place below main that
// reads the environment.
class Wiring {
public:
    Wiring(GlobalOptions, ui::Getenv, const Signals&);
    ~Wiring();
    Wiring(const Wiring&) = delete;
    Wiring& operator=(const Wiring&) = delete;

    const GlobalOptions& options() const { return options_; }
    void start_diagnostics(); // -v and --log-file

    // Of all that a command waits for: the user's, and that of --timeout.
    Stop stop() const { return time_limit_ ? time_limit_->stop() : signals_.stop(); }
    void limit_time(const std::optional<std::string>& timeout); // from now on; Error{usage}
    std::optional<Error> out_of_time() const;                   // where that has stopped it
    int status_when_interrupted() const;                        // 129, 130 or 143; 4 when out of time

    const Clock& clock() const { return clock_; }
    const http::Url& endpoint(); // --host, else OLLAMA_HOST; Error{usage}
    // What is remembered of it stands under this: its address, whichever name this machine itself was given.
    std::string server_id();
    ollama::Server& server();
    // Another one, by an address of the form of OLLAMA_HOST; Error{usage}, of which `option` is the context.
    struct Another {
        http::Url endpoint;
        std::string id; // as of server_id()
        std::unique_ptr<ollama::Server> server;
    };
    Another another_server(const std::string& option, const std::string& address);
    const manifest::Manifest& manifest();                    // Error{manifest, not_found, storage}
    manifest::Search manifest_search() const;                // which one that is
    const std::vector<manifest::Manifest>& more_manifests(); // of a second --manifest, and so on
    std::vector<manifest::Manifest> manifests_now() const;   // read again, as the files are now; the first one first
    std::optional<http::Url> registry();                     // CODEMATE_REGISTRY; Error{usage}

    // --lock, else the file beside the manifest, whether it exists or not; nothing for the built-in manifest.
    std::optional<manifest::LockFile> lock_file();
    std::string lock_shown(); // its path as people know it
    // What it says, empty where there is none. Error{manifest} for its mistakes and for sources that the manifest does
    // not allow, Error{not_found} for a file that --lock names and that is not there, if it must be.
    enum class NamedLock { must_exist, may_be_new };
    const manifest::Lock& lock(NamedLock = NamedLock::must_exist);

    // The registries, with the user's credentials. Asked without TLS: what the environment, the manifest's mirrors or
    // these targets' hosts (as in model names) write with http://. The first call decides.
    registry::Registry& registry_server(std::vector<std::string> plain_http_hosts = {});

    // How long registries may be silent while a layer comes; before both of these: registry_server(),
    // take_everything_from().
    void registry_silence(Duration longest) { registry_silence_ = longest; }

    // What --from names, instead of all registries from then on; before registry_server(). Error{usage} for what is no
    // address and no directory with models, Error{storage, damaged, unsupported} for one that cannot be used.
    rules::OneSource take_everything_from(const std::string& where);

    // Puts models into that registry, with the user's credentials for it.
    std::unique_ptr<registry::Publisher> publisher(http::Url);

    // Registries of our own, from which the server can pull, and by which addresses it may get here, likely ones first.
    relay::Relays& relays(); // after registry_server()
    std::vector<std::string> relay_addresses();

    // In the state directory: $XDG_STATE_HOME/codemate, else ~/.local/state/codemate. nullptr where there is neither.
    const state::Journal* journal();
    const state::Changes* changes();
    const state::VerifiedBlobs* verified_blobs();
    const state::Uploads* uploads();
    const state::RequiredSets* required_sets();
    const state::Benchmarks* benchmarks();
    // What other manifests required of this server in the last 90 days. What cannot be read is nothing.
    std::vector<state::RequiredSet> required_elsewhere();
    void remember_required_set(); // of the manifest, unless it is the built-in one for want of another

    // The server's models directory on this machine, if it is there: by --models-dir, OLLAMA_MODELS, the usual places,
    // or what the server tells. `installed`: what it lists.
    lifecycle::locate::Report locate_store(std::vector<ollama::Installed> installed);
    lifecycle::locate::Report locate_store(std::vector<ollama::Installed> installed, Stop);

    // Where models are put without a server: --models-dir, else OLLAMA_MODELS, else where the user's own server has
    // them. Error{usage} where there is none of these.
    std::filesystem::path models_directory_to_write() const;

    // What the server, or whatever else is there, answers to a question for its version, as it is: within that time and
    // never long. Throws what http::Client does.
    http::Response knock(Duration patience, Stop);
    std::map<std::string, std::string, std::less<>> environment() const; // all variables of this process

    ui::Out& out() { return out_; }
    ui::Out& err() { return err_; }
    const ui::Terminal& out_terminal();
    const ui::Terminal& err_terminal();
    ui::Style style_of_out() { return ui::Style(out_terminal().colour); }
    ui::Style style_of_err() { return ui::Style(err_terminal().colour); }
    ui::Progress& progress();

    void note(const std::string& text); // on stderr, unless -q
    void warn(const std::string& text); // on stderr
    // On stderr, with its notes and hint; in GitHub Actions annotated, and in the job summary, too.
    void say(const Error&);
    void annotate(const ui::Annotation&); // in GitHub Actions, on stderr, the first 50; elsewhere nothing

    // The command's result, in blocks of Markdown, for the job summary. Asked for only where there is one.
    void summarize(const std::function<std::string()>& markdown);
    // Writes it, if there is anything to say. Best effort: where it cannot be written, a warning.
    void finish_job_summary(std::string_view command, int status);

    // What changing commands say first, on stderr: which server, its version, which manifest. Asks the server for its
    // version.
    void say_what_is_used();
    const std::string& server_version(); // asked once

    bool in_ci() const; // CI is set, and neither 0 nor false
    bool in_github_actions() const;

private:
    static std::filesystem::path current_directory(); // Error{storage} where it has been removed
    ui::ColourChoice colour() const;
    http::Client& client();
    static std::string id_of(http::Url);
    std::string authorization(const http::Url&); // at the server
    std::string netrc() const;
    const registry::CredentialsFor& credentials(); // what is wrong with them is said once
    std::optional<registry::CredentialsFor> credentials_of_environment();
    std::optional<registry::CredentialsFor> credentials_of_docker() const;
    std::optional<std::filesystem::path> state_directory() const;
    std::vector<lifecycle::locate::Place> models_places() const;
    std::filesystem::path named_models_directory() const;
    std::vector<manifest::Manifest> load_more_manifests() const;
    manifest::Search search_for(std::optional<std::string> option) const;
    const char* variable(const char* name) const; // nullptr: unset or empty

    GlobalOptions options_;
    ui::Getenv getenv_;
    const Signals& signals_;
    std::optional<TimeLimit> time_limit_;
    SystemClock clock_;
    ui::Out out_, err_;
    std::optional<ui::Terminal> out_terminal_, err_terminal_;
    std::optional<http::Url> endpoint_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<ollama::Server> server_;
    std::optional<std::string> server_version_;
    std::optional<manifest::Manifest> manifest_;
    std::optional<std::vector<manifest::Manifest>> more_manifests_;
    std::optional<manifest::Lock> lock_;
    std::optional<registry::CredentialsFor> credentials_;
    std::unique_ptr<registry::Registry> registry_server_;
    Duration registry_silence_ = registry::Options{}.silence;
    std::unique_ptr<relay::Relays> relays_;
    std::optional<state::Journal> journal_;
    std::optional<state::Changes> changes_;
    std::optional<state::VerifiedBlobs> verified_blobs_;
    std::optional<state::Uploads> uploads_;
    std::optional<state::RequiredSets> required_sets_;
    std::optional<state::Benchmarks> benchmarks_;
    std::unique_ptr<ui::Progress> progress_;
    std::unique_ptr<JobSummary> job_summary_; // nullptr: nobody reads one
    std::size_t annotated_ = 0;
};

} // namespace codemate::cli
