#include "cli/command.hpp"

#include "cli/commands/init/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/manifest/releases.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::init;

class Init final : public Command {
public:
    void declare(Options& options) override {
        options.value("--from", "WHERE", from_, "builtin, or a file such as config/ollama/models.json");
        options.flag("--force", force_, "write the file anew where there is one");
        options.flag("--dry-run", dry_run_, "print the file, write nothing");
    }

    int run(Wiring& wiring) override {
        const use::Options options = understood();
        const manifest::ManifestFile file(manifest::file_to_write(wiring.manifest_search()));
        ollama::Server* server = options.source == use::Source::installed ? &wiring.server() : nullptr;
        const use::Ports ports{server, file};
        const ::codemate::Run run{wiring.stop(), {}};
        const use::Facts facts = gather(options, ports, run);
        if (dry_run_) return show(use::plan(facts, options), file.origin(), init::Run::dry, wiring);
        const use::Plan done_so = use::execute(facts, options, ports, run).plan;
        const bool begins_history = from_ == "builtin" && done_so.what != use::Plan::Do::extend &&
                                    manifest::ReleasesFile(file.origin()).begin_with_built_in(run.stop);
        const int status = show(done_so, file.origin(), init::Run::real, wiring);
        if (begins_history) {
            wiring.note("beside it stands " + manifest::ReleasesFile(file.origin()).shown() +
                        ", the history of that set; remove it where the project has its own");
        }
        return status;
    }

private:
    use::Options understood() const {
        use::Options options;
        if (force_) options.existing = use::Existing::replace;
        if (!from_) return options;
        options.source = *from_ == "builtin" ? use::Source::built_in : use::Source::file;
        if (options.source == use::Source::file) options.from = *from_;
        return options;
    }

    static use::Facts gather(const use::Options& options, const use::Ports& ports, const ::codemate::Run& run) {
        try {
            return use::gather(options, ports, run);
        } catch (Error& error) {
            if (error.kind() == Kind::unreachable) {
                const std::string hint = error.hint();
                error.hint((hint.empty() ? "" : hint + "; ") +
                           "`codemate init --from builtin` writes a codemate.json without the server");
            }
            throw;
        }
    }

    static void say_what_is_left_out(const use::Plan& plan, Wiring& wiring) {
        for (const use::LeftOut& item : plan.left_out)
            wiring.note("left out: " + printable(item.what) + ": " + printable(item.why));
    }

    int show(const use::Plan& plan, const manifest::Origin& origin, init::Run run, Wiring& wiring) const {
        say_what_is_left_out(plan, wiring);
        if (plan.source == use::Source::built_in && !from_) {
            wiring.note("nothing to declare is installed on " + wiring.endpoint().text() +
                        ", so this is the built-in set");
        }
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(init::document(plan, origin, run)) + "\n");
        } else {
            wiring.out().write(run == init::Run::dry ? plan.text : init::text(plan, origin));
        }
        if (run == init::Run::dry || plan.what == use::Plan::Do::nothing) return done;
        wiring.note("look at it, then `codemate check`; `codemate pull` installs what is required");
        return done;
    }

    std::optional<std::string> from_;
    bool force_ = false;
    bool dry_run_ = false;
};

} // namespace

std::unique_ptr<Command> make_init() {
    return std::make_unique<Init>();
}

} // namespace codemate::cli
