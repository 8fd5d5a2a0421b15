#include "cli/command.hpp"

#include "cli/commands/refs/render.hpp"
#include "cli/consent.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

namespace use = lifecycle::refs;

class Refs final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("NAME", names_, "only these models; with --rewrite the old name and the new one");
        options.flag("--rewrite", rewrite_, "put another name in place of one: --rewrite OLD NEW");
        options.flag("--dry-run", dry_run_, "of --rewrite: only show the changes");
        options.flag("--yes", yes_, "of --rewrite: do not ask");
    }

    int run(Wiring& wiring) override {
        if (rewrite_) return rewrite(wiring);
        if (dry_run_ || yes_)
            throw Error(Kind::usage, std::string(dry_run_ ? "--dry-run" : "--yes") + " says nothing without --rewrite");
        const std::vector<NamePattern> only = patterns(wiring.manifest());
        const Project project = project_of(wiring);
        const use::Facts facts = references_in(project, lock(wiring), AskServer::briefly, wiring);
        const use::Report report = use::examine(facts, only);
        const bool problems = std::ranges::any_of(report.items, &use::Item::is_problem);
        const int status = problems ? exit_status(Kind::check) : done;
        if (wiring.options().json)
            wiring.out().write(json::to_pretty(refs::document(report, facts, project, status)) + "\n");
        else
            wiring.out().write(refs::text(report, project, wiring.style_of_out()));
        annotate(report, project, wiring);
        // A list that is all right is of no interest there.
        if (problems)
            wiring.summarize([&] { return ui::markdown_preformatted(refs::text(report, project, ui::Style(false))); });
        say_more(facts, project, wiring);
        if (!facts.installed) wiring.note("no server answers, so what is installed is not known");
        return status;
    }

private:
    static const manifest::Lock* lock(Wiring& wiring) { return wiring.lock_file() ? &wiring.lock() : nullptr; }

    // A role stands for its model.
    std::vector<NamePattern> patterns(const manifest::Manifest& manifest) const {
        std::vector<NamePattern> patterns;
        for (const std::string& name : names_) {
            const auto role = manifest.roles.find(name);
            patterns.push_back(NamePattern::parse(role == manifest.roles.end() ? name : role->second.display()));
        }
        return patterns;
    }

    static void say_more(const use::Facts& facts, const Project& project, Wiring& wiring) {
        if (wiring.manifest().origin.how == manifest::Origin::How::built_in)
            wiring.note("no codemate.json here, so what is declared is the built-in set");
        warn_of_patterns(facts, project, wiring);
        if (!facts.why_walked.empty()) wiring.note("all files were searched: " + facts.why_walked);
        for (const std::string& nested : facts.nested)
            wiring.note("not searched: " + quoted(project.shown(nested)) + " is a checkout of its own");
        for (const use::NotRead& file : facts.unread)
            wiring.warn("not searched: " + quoted(project.shown(file.file)) + " " + std::string(to_string(file)));
    }

    int rewrite(Wiring& wiring) {
        if (names_.size() != 2)
            throw Error(Kind::usage, "--rewrite takes two names, the old one and the new one")
                .hint("write it so: codemate refs --rewrite mistral:7b mistral:7b-instruct");
        refs::Asked asked{ModelName::parse(names_[0]), names_[1], dry_run_, false};
        const Project project = project_of(wiring);
        const use::Facts facts = references_in(project, lock(wiring), AskServer::no, wiring);
        const use::Rewrite plan = use::plan_rewrite(project.directory, facts, asked.before, asked.after);
        say_more(facts, project, wiring);
        for (const std::string& place : plan.left_alone)
            wiring.warn(quoted(place) + " is left as it is: a digest stands behind the name");
        for (const std::string& file : plan.past)
            wiring.note(quoted(project.shown(file)) + " is left as it is: it tells what was");
        std::optional<Error> refusal;
        if (!dry_run_ && !plan.edits.empty()) refusal = ask(plan, asked, wiring);
        if (!dry_run_ && !refusal && !plan.edits.empty()) {
            use::execute_rewrite(project.directory, plan, {wiring.stop(), {}});
            asked.done = true;
        }
        return show(plan, asked, facts, project, refusal, wiring);
    }

    std::optional<Error> ask(const use::Rewrite& plan, const refs::Asked& asked, Wiring& wiring) const {
        if (!yes_ && can_be_asked()) wiring.err().write(refs::text(plan, wiring.style_of_err()));
        const std::string question = "Write " + asked.after + " for " + asked.before.display() + " in " +
                                     counted(plan.edits.size(), "file") + "?";
        if (is_confirmed(question, yes_, wiring)) return std::nullopt;
        return Error(Kind::refused, "nobody can be asked here; nothing was changed")
            .hint("--yes is the consent, --dry-run shows the changes");
    }

    static int show(const use::Rewrite& plan, const refs::Asked& asked, const use::Facts& facts, const Project& project,
                    const std::optional<Error>& refusal, Wiring& wiring) {
        const int status = refusal ? exit_status(refusal->kind()) : done;
        if (refusal) wiring.say(*refusal);
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(refs::document(plan, asked, facts, project, refusal, status)) + "\n");
        } else {
            if (!asked.done) wiring.out().write(refs::text(plan, wiring.style_of_out()));
            wiring.out().write(refs::summary(plan, asked) + "\n");
        }
        if (asked.done) wiring.note("`git diff` shows what has changed, where the project is in git");
        const manifest::Manifest& manifest = wiring.manifest();
        if (!manifest.origin.is_built_in() && manifest.declared(asked.before) != nullptr)
            wiring.note(manifest.origin.display() + " still declares " + asked.before.display() +
                        "; `codemate use ROLE " + asked.after + "` changes a role");
        return status;
    }

    std::vector<std::string> names_;
    bool rewrite_ = false, dry_run_ = false, yes_ = false;
};

} // namespace

std::unique_ptr<Command> make_refs() {
    return std::make_unique<Refs>();
}

} // namespace codemate::cli
