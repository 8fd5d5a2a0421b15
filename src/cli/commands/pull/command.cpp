#include "cli/command.hpp"

#include "cli/commands/pull/direct.hpp"
#include "cli/commands/pull/lock_consent.hpp"
#include "cli/commands/pull/lookups.hpp"
#include "cli/commands/pull/ports.hpp"
#include "cli/commands/pull/render.hpp"
#include "cli/commands/standing.hpp"
#include "cli/commands/targets.hpp"
#include "cli/exit_status.hpp"
#include "cli/recovery.hpp"
#include "cli/values.hpp"
#include "cli/waiting.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/rules/source_hints.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace codemate::cli {
namespace {

namespace use = lifecycle::pull;

class Pull final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: the required set");
        options.flag("--locked", locked_,
                     "write no lock; refuse declared models that it lacks (default in CI, where there is a lock)");
        options.value("--from", "WHERE", from_,
                      "take everything from there and nowhere else: http(s)://HOST[/PATH], an export, or a models "
                      "directory; only what is pinned is installed");
        options.value("--jobs", "N", jobs_, "models at once (default 2)");
        options.value("--retries", "N", retries_,
                      "how often to begin again what breaks off and brings nothing (default 5)");
        options.value("--stall-timeout", "DUR", stall_timeout_,
                      "begin again when no byte has come for so long (default 60s)");
        options.value("--limit-rate", "RATE", limit_rate_,
                      "bytes a second over all models together, as in 5MB/s; they come through codemate then");
        options.value("--timeout", "DUR", timeout_, "end after so long, whatever is left");
        options.value("--wait", "DUR", wait_, "wait so long for a server that is not up yet");
        options.flag(
            "--force", force_,
            "install NAME@sha256:… although the lock pins another content; pass the manifest's disk budget; with "
            "--direct, write although a server does not say whether it uses the directory");
        options.value("--relay-port", "PORT", relay_port_,
                      "where codemate serves locked content to the server, as for `ssh -R PORT:127.0.0.1:PORT`");
        options.flag("--direct", direct_,
                     "without a server: download into the models directory, which no server may be using");
        options.flag("--dry-run", dry_run_, "say what would be done, change nothing");
        options.flag("-y,--yes", yes_, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        wiring.limit_time(timeout_);
        const manifest::Manifest& manifest = wiring.manifest();
        refuse_without_manifest(manifest);
        refuse_exports(manifest);
        const std::optional<manifest::LockFile> lock_file = wiring.lock_file();
        if (direct_) return run_direct(lock_file, wiring);
        use::Options options = this->options(lock_file, wiring);
        if (from_) {
            options.from = wiring.take_everything_from(*from_);
            options.registry.reset(); // the server pulls from relays alone
        }
        use::Ports ports = pull::ports_of(wiring.registry_server(plain_http_hosts(targets_, manifest)), wiring);
        const manifest::Lock* lock = nullptr;
        if (lock_file) {
            lock = &wiring.lock(pull::named_lock(options.locked, options.from.has_value(), options.targets));
            ports.lock_file = &*lock_file;
        }
        const Run run{wiring.stop(), [&](const Event& event) { wiring.progress().handle(event); }};

        if (wait_) wait_for_server(duration("--wait", *wait_), wiring);
        wiring.say_what_is_used();
        if (!dry_run_) wiring.remember_required_set();
        const Recovery mode = dry_run_ ? Recovery::only_said : Recovery::done;
        Recovering recovering = recover(mode, wiring);
        options.unverified = recovering.unverified;
        const use::Facts facts = gather(options, manifest, lock, ports, run, wiring);
        const use::Plan plan = use::plan(facts, options);
        say_what_is_new(plan, wiring);
        if (plan.steps.empty())
            wiring.note("the manifest requires no model: it has neither roles nor a group \"default\"");
        if (dry_run_) {
            sweep(facts.installed, mode, wiring);
            return show_dry_run(plan, wiring);
        }
        warn_of_memory(plan, wiring);
        if (const auto refusal = plan.refusal ? plan.refusal : ask(plan, options, wiring)) {
            wiring.say(*refusal);
            return show(plan, refusal, exit_status(refusal->kind()), wiring);
        }
        const use::Report report = use::execute(plan, options, ports, run);
        wiring.progress().clear();
        finish(recovering, report);
        if (report.ending == use::Ending::complete) {
            for (auto& item : sweep(facts.installed, mode, wiring))
                recovering.items.push_back(std::move(item));
        }
        return show(report, recovering.items, wiring);
    }

private:
    // Where the server would go on asking by itself, what cannot be looked up is no failure.
    static use::Facts gather(const use::Options& options, const manifest::Manifest& manifest,
                             const manifest::Lock* lock, const use::Ports& ports, const Run& run, Wiring& wiring) {
        if (!options.from) return use::gather(options, manifest, lock, ports, run);
        const auto registry = pull::for_lookups(*ports.registry, options.retries, pull::Places::one_for_all, wiring);
        use::Ports looking = ports;
        looking.registry = registry.get();
        return use::gather(options, manifest, lock, looking, run);
    }

    // Without a server there is nothing to wait for, or to serve.
    void refuse_what_needs_a_server() const {
        const std::pair<const char*, bool> given[]{
            {"--jobs", jobs_.has_value()}, {"--wait", wait_.has_value()}, {"--relay-port", relay_port_.has_value()}};
        for (const auto& [option, is_given] : given) {
            if (is_given)
                throw Error(Kind::usage, std::string(option) + " says nothing with --direct, which asks no server")
                    .hint("see `codemate pull --help`");
        }
    }

    int run_direct(const std::optional<manifest::LockFile>& lock_file, Wiring& wiring) const {
        refuse_what_needs_a_server();
        pull::Direct direct{targets_, is_locked(lock_file, wiring), force_, dry_run_, yes_};
        if (retries_) direct.retries = number("--retries", *retries_, 0, 1000);
        if (limit_rate_) direct.rate = rate("--limit-rate", *limit_rate_);
        wiring.registry_silence(stall_timeout_ ? duration("--stall-timeout", *stall_timeout_)
                                               : use::Options{}.stall_timeout);
        if (from_) {
            direct.from = wiring.take_everything_from(*from_);
            if (!rules::is_address(*direct.from)) direct.from_directory = *from_;
        }
        registry::Registry& registry = wiring.registry_server(plain_http_hosts(targets_, wiring.manifest()));
        return pull::run_direct(direct, lock_file, registry, wiring);
    }

    void refuse_needless_force(const manifest::Manifest& manifest) const {
        const bool with_digest = std::ranges::any_of(
            targets_, [](const std::string& target) { return target.find('@') != std::string::npos; });
        if (!force_ || with_digest || manifest.disk_budget) return;
        throw Error(Kind::usage,
                    "--force says nothing here: no digest is asked for, and the manifest has no disk budget")
            .hint("as in codemate pull --force NAME@sha256:…");
    }

    // What an earlier run may have left unchecked of a model is over when that model is what it should be.
    static void finish(Recovering& recovering, const use::Report& report) {
        for (state::Changes::Held& change : recovering.pending) {
            const bool is_over = std::ranges::any_of(report.items, [&](const use::Item& item) {
                return item.step.name.same_on_server(change.change().name) && !item.error &&
                       item.outcome != use::Outcome::interrupted && item.outcome != use::Outcome::not_started;
            });
            if (is_over) change.done();
        }
        for (state::Changes::Held& change : recovering.removed) {
            const bool is_back = std::ranges::any_of(report.items, [&](const use::Item& item) {
                return item.step.name.same_on_server(change.change().name) && item.digest && !item.error;
            });
            if (is_back) change.done();
        }
    }

    use::Options options(const std::optional<manifest::LockFile>& lock_file, Wiring& wiring) const {
        use::Options options{targets_, wiring.registry(), is_locked(lock_file, wiring), force_};
        options.server = wiring.server_id();
        refuse_needless_force(wiring.manifest());
        if (relay_port_)
            options.relay_port = static_cast<std::uint16_t>(number("--relay-port", *relay_port_, 1, 65535));
        if (stall_timeout_) options.stall_timeout = duration("--stall-timeout", *stall_timeout_);
        if (retries_) options.retries = number("--retries", *retries_, 0, 1000);
        if (limit_rate_) options.rate = rate("--limit-rate", *limit_rate_);
        if (dry_run_) options.look = use::Options::Look::thorough;
        options.jobs = static_cast<std::size_t>(jobs_ ? number("--jobs", *jobs_, 1, 64) : default_jobs);
        return options;
    }

    bool is_locked(const std::optional<manifest::LockFile>& file, const Wiring& wiring) const {
        if (locked_ && !file) {
            throw Error(Kind::usage, "--locked needs a lock, and the built-in manifest has none beside it")
                .hint("name one with --lock FILE, or use a codemate.json of your own");
        }
        return locked_ || (file && wiring.in_ci() && file->exists());
    }

    // Nothing would say what this project needs, and the built-in set is several gigabytes of somebody else's choice.
    void refuse_without_manifest(const manifest::Manifest& manifest) const {
        if (!targets_.empty() || manifest.origin.how != manifest::Origin::How::built_in) return;
        Error error(Kind::usage, "there is no codemate.json here, so nothing says which models to pull");
        if (from_) {
            const bool is_directory = from_->find("://") == std::string::npos;
            const std::string lock =
                is_directory ? shell_word((std::filesystem::path(*from_) / "codemate.lock").string()) : "FILE";
            throw std::move(error).hint("name what was exported: --lock " + lock + " NAME…");
        }
        throw std::move(error).hint(
            "`codemate init` writes one from what is installed; `codemate pull default` pulls the built-in set "
            "(`codemate pull --dry-run default` shows it)");
    }

    // A directory that `codemate export` has written, where a model is named.
    void refuse_exports(const manifest::Manifest& manifest) const {
        const std::vector<std::string> words = manifest::known_words(manifest);
        for (const std::string& target : targets_) {
            if (target.empty() || std::ranges::find(words, target) != words.end()) continue;
            if (!depot::is_layout(target)) continue;
            throw Error(Kind::usage, quoted(target) + " is a directory with exported models")
                .hint("--from " + shell_word(target) + " takes models out of it; name those that you want");
        }
    }

    std::optional<Error> ask(const use::Plan& plan, const use::Options& options, Wiring& wiring) const {
        if (!plan.wants_consent()) return std::nullopt;
        return pull::objection_to(
            {pull::reasons_to_ask(plan.steps), pull::question(plan), yes_ || options.locked, !plan.from.empty()},
            wiring);
    }

    static void say_what_is_new(const use::Plan& plan, Wiring& wiring) {
        for (const use::Step& step : plan.steps) {
            if (!step.declared && !step.pin) {
                wiring.note(quoted(step.name.display()) +
                            " is no group, role or declared model; it is pulled by that name");
            }
        }
    }

    static int show_dry_run(const use::Plan& plan, Wiring& wiring) {
        int status = status_of(plan, wiring);
        if (plan.refusal) {
            wiring.say(*plan.refusal);
            status = exit_status(plan.refusal->kind());
        }
        return show(plan, {}, status, wiring);
    }

    // Never a reason to refuse: by the weights alone it is but likely.
    static void warn_of_memory(const use::Plan& plan, Wiring& wiring) {
        for (const use::Step& step : plan.steps) {
            if (step.fit != rules::Fit::too_large) continue;
            wiring.note(printable(step.name.display()) + " has " + to_string(step.weights) +
                        " of weights, more than this machine's memory");
        }
    }

    static int status_of(const use::Plan& plan, Wiring& wiring) {
        std::vector<int> failures;
        for (const use::Step& step : plan.steps) {
            if (!step.obstacle) continue;
            failures.push_back(exit_status(step.obstacle->kind()));
            Error error = *step.obstacle;
            error.context("cannot pull " + quoted(step.name.display()));
            wiring.say(error);
        }
        return common_status(failures);
    }

    static int show(const use::Plan& plan, const std::optional<Error>& refusal, int status, Wiring& wiring) {
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(pull::document(plan, refusal, status, wiring)) + "\n");
        } else {
            wiring.out().write(pull::text(plan, wiring.out_terminal().columns));
        }
        wiring.summarize([&] { return ui::markdown_preformatted(pull::text(plan, 0)); });
        return status;
    }

    static int show(const use::Report& report, const Recovered& recovered, Wiring& wiring) {
        const int status = status_of(report, wiring);
        for (const use::Item& item : report.items) {
            if (item.error) wiring.say(*item.error);
        }
        if (report.ending == use::Ending::interrupted) say_interrupted(wiring);
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(pull::document(report, recovered, status, wiring)) + "\n");
        } else {
            wiring.out().write(pull::text(report, wiring.out_terminal().columns));
        }
        wiring.summarize([&] { return pull::markdown(report); });
        for (const use::Item& item : report.items) {
            const bool might_be_accepted = item.step.what == use::Step::Do::refuse;
            if (item.step.standing && might_be_accepted) warn_of_license(*item.step.standing, wiring);
        }
        return status;
    }

    static void say_interrupted(Wiring& wiring) {
        if (auto error = wiring.out_of_time()) {
            error->hint("what was fetched stays on the server: the next pull goes on there");
            wiring.say(*error);
            return;
        }
        wiring.err().write("codemate: interrupted; what was fetched stays on the server, and the next pull resumes\n");
    }

    static int status_of(const use::Report& report, const Wiring& wiring) {
        if (report.ending == use::Ending::interrupted) return wiring.status_when_interrupted();
        std::vector<int> failures;
        for (const use::Item& item : report.items) {
            if (item.error) failures.push_back(exit_status(item.error->kind()));
        }
        return common_status(failures);
    }

    std::vector<std::string> targets_;
    static constexpr int default_jobs = 2;

    std::optional<std::string> from_, limit_rate_, relay_port_, jobs_, retries_, stall_timeout_, timeout_, wait_;
    bool direct_ = false;
    bool force_ = false;
    bool locked_ = false;
    bool dry_run_ = false;
    bool yes_ = false;
};

} // namespace

std::unique_ptr<Command> make_pull() {
    return std::make_unique<Pull>();
}

} // namespace codemate::cli
