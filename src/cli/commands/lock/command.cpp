#include "cli/command.hpp"

#include "cli/commands/lock/render.hpp"
#include "cli/commands/standing.hpp"
#include "cli/exit_status.hpp"
#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

#include <optional>

namespace codemate::cli {
namespace {

namespace use = lifecycle::lock;

class Lock final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "with --upgrade: whose pins may move; none: every declared model");
        options.flag("--upgrade", upgrade_, "move pins to what their tags serve now");
        options.flag("--dry-run", dry_run_, "say what would be done, change nothing");
        options.flag("-y,--yes", yes_, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        refuse_idle_targets();
        const manifest::Manifest& manifest = wiring.manifest();
        const std::optional<manifest::LockFile> file = wiring.lock_file();
        if (!file) {
            throw Error(Kind::usage, "the built-in manifest has no lock beside it")
                .hint("name one with --lock FILE, or write a codemate.json with `codemate init`");
        }
        const use::Options options{upgrade_, targets_};
        std::optional<StoreLook> look;
        const auto stored = [&](const Digest& digest) { return stored_image(digest, look, wiring); };
        const use::Ports ports{wiring.server(), wiring.registry_server(), *file, stored};
        const Run run{wiring.stop(), {}};
        const manifest::Lock& lock = wiring.lock(Wiring::NamedLock::may_be_new);
        const use::Plan plan = use::plan(use::gather(options, manifest, lock, ports, run));
        const use::Report report = dry_run_ ? use::Report{plan.steps, false} : use::execute(plan, ports, run);
        return show(report, wiring);
    }

private:
    void refuse_idle_targets() const {
        if (upgrade_ || targets_.empty()) return;
        throw Error(Kind::usage, "targets say whose pins may move, and without --upgrade none does")
            .hint("write `codemate lock --upgrade " + printable(targets_.front(), 200) +
                  "`, or leave the targets out: what has no pin gets one");
    }

    // The directory is looked for when it is wanted first; where there is none, nothing is lost.
    static std::optional<Image> stored_image(const Digest& digest, std::optional<StoreLook>& look, Wiring& wiring) {
        try {
            if (!look) {
                look.emplace();
                *look = look_into_store(wiring, wiring.server().installed(wiring.stop()));
            }
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
        if (!look->found) return std::nullopt;
        for (const store::Entry& entry : look->found->inventory.models) {
            if (entry.image.digest == digest) return entry.image;
            // As the server hashes it, without the final line feed of its file.
            if (entry.listed == digest && entry.image.bytes.ends_with('\n'))
                return Image::parse(entry.image.bytes.substr(0, entry.image.bytes.size() - 1));
        }
        return std::nullopt;
    }

    int show(const use::Report& report, Wiring& wiring) const {
        std::vector<int> failures;
        for (const use::Step& step : report.steps) {
            if (!step.error) continue;
            failures.push_back(exit_status(step.error->kind()));
            wiring.say(*step.error);
        }
        const int status = common_status(failures);
        const lock::Mode mode = dry_run_ ? lock::Mode::dry_run : lock::Mode::carried_out;
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(lock::document(report, mode, status, wiring)) + "\n");
        } else {
            wiring.out().write(lock::text(report, mode, wiring.lock_shown(), wiring.out_terminal().columns));
        }
        wiring.summarize([&] { return ui::markdown_preformatted(lock::text(report, mode, wiring.lock_shown(), 0)); });
        for (const use::Step& step : report.steps) {
            if (step.standing) warn_of_license(*step.standing, wiring);
        }
        if (report.steps.empty()) wiring.note("the manifest declares no model: there is nothing to lock");
        return status;
    }

    std::vector<std::string> targets_;
    bool upgrade_ = false;
    bool dry_run_ = false;
    bool yes_ = false;
};

} // namespace

std::unique_ptr<Command> make_lock() {
    return std::make_unique<Lock>();
}

} // namespace codemate::cli
