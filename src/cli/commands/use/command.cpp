#include "cli/command.hpp"

#include "cli/commands/use/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::cli {
namespace {

namespace use_case = lifecycle::use;

class Use final : public Command {
public:
    void declare(Options& options) override {
        options.argument("ROLE", role_, "a role of codemate.json, or a new one");
        options.argument("NAME", name_, "the model that it shall have");
        options.flag("--dry-run", dry_run_, "say what would be changed, change nothing");
    }

    int run(Wiring& wiring) override {
        if (!role_ || !name_) {
            throw Error(Kind::usage, "a role and a model have to be named")
                .hint("write it so: codemate use primary qwen2.5-coder:7b");
        }
        const use_case::Options options{*role_, *name_};
        const manifest::ManifestFile file(file_in_use(wiring));
        const std::optional<manifest::LockFile> lock = wiring.lock_file();
        const use_case::Ports ports{file, lock ? &*lock : nullptr, wiring.benchmarks()};
        const ::codemate::Run run{wiring.stop(), {}};
        if (dry_run_)
            return show(use_case::plan(use_case::gather(options, ports, run), options), use::Run::dry, wiring);
        return show(use_case::execute(options, ports, run).plan, use::Run::real, wiring);
    }

private:
    static manifest::Origin file_in_use(Wiring& wiring) {
        const manifest::Origin& origin = wiring.manifest().origin;
        if (!origin.is_built_in()) return origin;
        throw Error(Kind::usage, origin.how == manifest::Origin::How::built_in
                                     ? "there is no codemate.json here whose roles could be changed"
                                     : "the built-in manifest is part of codemate and cannot be changed")
            .hint("`codemate init` writes a codemate.json; `codemate init --from builtin` one with the built-in set");
    }

    static int show(const use_case::Plan& plan, use::Run run, Wiring& wiring) {
        const manifest::Origin& origin = wiring.manifest().origin;
        if (plan.meant_role) {
            wiring.note("there was no role " + quoted(plan.role) + "; did you mean " + quoted(*plan.meant_role) + "?");
        }
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(use::document(plan, origin, run)) + "\n");
        } else {
            wiring.out().write(use::text(plan, origin, run));
        }
        if (plan.changes()) say_references(plan, wiring);
        if (plan.changes() && run == use::Run::real)
            wiring.note("`codemate pull " + plan.role + "` installs " + plan.after.display() + " where it is missing");
        return done;
    }

    // The one place where what the project's own files say of the old model is added: its mentions that now disagree.
    static void say_references(const use_case::Plan& plan, Wiring& wiring) {
        if (!plan.before) return;
        wiring.note("the project's other files may still name " + plan.before->display());
    }

    std::optional<std::string> role_, name_;
    bool dry_run_ = false;
};

} // namespace

std::unique_ptr<Command> make_use() {
    return std::make_unique<Use>();
}

} // namespace codemate::cli
