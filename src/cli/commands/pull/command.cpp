#include "cli/command.hpp"

#include "cli/commands/pull/render.hpp"
#include "cli/commands/standing.hpp"
#include "cli/commands/targets.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::pull;

class Pull final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: the required set");
        options.flag("--locked", locked_,
                     "write no lock; refuse declared models that it lacks (default in CI, where there is a lock)");
        options.flag("--dry-run", dry_run_, "say what would be done, change nothing");
        options.flag("-y,--yes", yes_, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        const manifest::Manifest& manifest = wiring.manifest();
        refuse_without_manifest(manifest);
        const std::optional<manifest::LockFile> lock_file = wiring.lock_file();
        const use::Options options{targets_, wiring.registry(), is_locked(lock_file, wiring)};
        use::Ports ports{wiring.server(), wiring.clock()};
        const manifest::Lock* lock = nullptr;
        if (lock_file) {
            lock = &wiring.lock(options.locked ? Wiring::NamedLock::must_exist : Wiring::NamedLock::may_be_new);
            ports.registry = &wiring.registry_server(plain_http_hosts(targets_, manifest));
            ports.lock_file = &*lock_file;
        }
        const Run run{wiring.stop(), [&](const Event& event) { wiring.progress().handle(event); }};

        wiring.say_what_is_used();
        const use::Plan plan = use::plan(use::gather(options, manifest, lock, ports, run), options);
        say_what_is_new(plan, wiring);
        if (plan.steps.empty())
            wiring.note("the manifest requires no model: it has neither roles nor a group \"default\"");
        if (dry_run_) return show(plan, wiring);
        const use::Report report = use::execute(plan, options, ports, run);
        wiring.progress().clear();
        return show(report, wiring);
    }

private:
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
        throw Error(Kind::usage, "there is no codemate.json here, so nothing says which models to pull")
            .hint("`codemate init` writes one from what is installed; `codemate pull default` pulls the built-in set "
                  "(`codemate pull --dry-run default` shows it)");
    }

    static void say_what_is_new(const use::Plan& plan, Wiring& wiring) {
        for (const use::Step& step : plan.steps) {
            if (!step.declared && !step.pin) {
                wiring.note(quoted(step.name.display()) +
                            " is no group, role or declared model; it is pulled by that name");
            }
        }
    }

    static int show(const use::Plan& plan, Wiring& wiring) {
        std::vector<int> failures;
        for (const use::Step& step : plan.steps) {
            if (!step.obstacle) continue;
            failures.push_back(exit_status(step.obstacle->kind()));
            Error error = *step.obstacle;
            error.context("cannot pull " + quoted(step.name.display()));
            wiring.err().write(ui::error_text(error, wiring.style_of_err()));
        }
        const int status = common_status(failures);
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(pull::document(plan, status, wiring)) + "\n");
        } else {
            wiring.out().write(pull::text(plan, wiring.out_terminal().columns));
        }
        return status;
    }

    static int show(const use::Report& report, Wiring& wiring) {
        const int status = status_of(report, wiring);
        for (const use::Item& item : report.items) {
            if (item.error) wiring.err().write(ui::error_text(*item.error, wiring.style_of_err()));
        }
        if (report.ending == use::Ending::interrupted) {
            wiring.err().write(
                "codemate: interrupted; what was fetched stays on the server, and the next pull resumes\n");
        }
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(pull::document(report, status, wiring)) + "\n");
        } else {
            wiring.out().write(pull::text(report, wiring.out_terminal().columns));
        }
        for (const use::Item& item : report.items) {
            if (item.step.standing) warn_of_license(*item.step.standing, wiring);
        }
        return status;
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
    bool locked_ = false;
    bool dry_run_ = false;
    bool yes_ = false;
};

} // namespace

std::unique_ptr<Command> make_pull() {
    return std::make_unique<Pull>();
}

} // namespace codemate::cli
