#include "cli/command.hpp"

#include "cli/commands/use/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/references.hpp"
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
        const std::vector<use::Mentioned> mentioned = mentions_of_old(plan, wiring);
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(use::document(plan, mentioned, origin, run)) + "\n");
        } else {
            wiring.out().write(use::text(plan, mentioned, origin, run));
        }
        if (plan.changes() && run == use::Run::real)
            wiring.note("`codemate pull " + plan.role + "` installs " + plan.after.display() + " where it is missing");
        return done;
    }

    // Where the project's own files name the model that had the role: they may have to follow.
    static std::vector<use::Mentioned> mentions_of_old(const use_case::Plan& plan, Wiring& wiring) {
        if (!plan.changes() || !plan.before) return {};
        try {
            const Project project = project_of(wiring);
            const auto facts = references_in(project, nullptr, AskServer::no, wiring);
            std::vector<use::Mentioned> mentioned;
            for (const lifecycle::refs::Item& item : lifecycle::refs::examine(facts).items) {
                if (item.state != lifecycle::refs::State::past && item.mention.name.same_on_server(*plan.before))
                    mentioned.push_back({project.shown(item.file), item.mention.line, item.mention.text});
            }
            return mentioned;
        } catch (const Error& error) {
            wiring.warn("the project's files were not searched: " + error.message());
            return {};
        }
    }

    std::optional<std::string> role_, name_;
    bool dry_run_ = false;
};

} // namespace

std::unique_ptr<Command> make_use() {
    return std::make_unique<Use>();
}

} // namespace codemate::cli
