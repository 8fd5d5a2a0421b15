#include "cli/commands/update/flow.hpp"

#include "cli/bringing.hpp"
#include "cli/commands/standing.hpp"
#include "cli/commands/targets.hpp"
#include "cli/commands/update/checks.hpp"
#include "cli/commands/update/render.hpp"
#include "cli/consent.hpp"
#include "cli/exit_status.hpp"
#include "cli/recovery.hpp"
#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

namespace codemate::cli::update {
namespace {

namespace use = lifecycle::update;
using Verb = Line::Verb;

class Flow {
public:
    Flow(const Line& line, Wiring& wiring) : line_(line), options_(line.options), wiring_(wiring) {
        options_.server = wiring.server_id();
    }

    int run() {
        const std::optional<manifest::LockFile> lock_file = wiring_.lock_file();
        const manifest::Lock* lock = lock_file ? &wiring_.lock(Wiring::NamedLock::may_be_new) : nullptr;
        wiring_.say_what_is_used();
        if (!line_.dry_run) wiring_.remember_required_set();
        const Recovery mode = line_.dry_run ? Recovery::only_said : Recovery::done;
        Recovering recovering = recover(mode, wiring_);
        const use::Ports ports = this->ports(lock_file ? &*lock_file : nullptr, recovering.unverified);
        const Run run{wiring_.stop(), [&](const Event& event) { wiring_.progress().handle(event); }};
        const bool back = line_.verb == Verb::rollback;
        const use::Facts facts = back ? use::gather_back(options_, wiring_.manifest(), lock, ports, run)
                                      : use::gather(options_, wiring_.manifest(), lock, ports, run);
        const use::Plan plan = back ? use::plan_back(facts, options_) : use::plan(facts, options_);
        wiring_.progress().clear();
        if (line_.dry_run) {
            sweep(facts.installed, mode, wiring_);
            return show(plan, plan.refusal);
        }
        if (plan.refusal) return show(plan, plan.refusal);
        if (const auto refusal = lack_of_room(plan, facts)) return show(plan, refusal);
        if (const auto refusal = ask(plan)) return show(plan, refusal);
        const use::Report report = use::execute(plan, options_, ports, run);
        wiring_.progress().clear();
        if (!report.interrupted) {
            for (auto& item : sweep(facts.installed, mode, wiring_))
                recovering.items.push_back(std::move(item));
        }
        return show(report, recovering.items);
    }

private:
    std::string_view verb() const { return line_.verb == Verb::update ? "update" : "rollback"; }

    registry::Registry& registry() {
        return wiring_.registry_server(line_.verb == Verb::update
                                           ? plain_http_hosts(options_.targets, wiring_.manifest())
                                           : std::vector<std::string>());
    }

    use::Ports ports(const manifest::LockFile* lock_file, std::vector<Digest> unverified) {
        use::Ports ports{wiring_.server(), registry(), wiring_.clock()};
        ports.lock_file = lock_file;
        ports.journal = wiring_.journal();
        ports.changes = wiring_.changes();
        ports.bring = Bringer(registry(), std::move(unverified), Remember::nothing, wiring_);
        ports.pull_by_server = [this](const ModelName& name, const ModelName& candidate,
                                      const std::function<void()>& exposes,
                                      const Run& run) { pull_by_server(name, candidate, exposes, run, wiring_); };
        ports.checks.push_back(content_check(wiring_));
        if (!line_.tests.empty()) ports.checks.push_back(project_checks(line_.tests, line_.patience, wiring_));
        ports.checks.push_back(speed_check(line_.share, line_.gate, wiring_));
        return ports;
    }

    // Where the disk is this machine's for sure; what is shared with the old content is not fetched.
    std::optional<Error> lack_of_room(const use::Plan& plan, const use::Facts& facts) {
        const ByteCount needed = plan.to_fetch();
        if (needed == ByteCount()) return std::nullopt;
        StoreLook look;
        try {
            look = look_into_store(wiring_, facts.installed);
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
        if (!look.found || !look.found->doubt.empty() || !look.found->space) return std::nullopt;
        const ByteCount free = look.found->space->free;
        if (needed <= free) return std::nullopt;
        return Error(Kind::storage, quoted(look.found->path.string()) + " has " + to_string(free) + " free, and " +
                                        to_string(needed) + " are to be fetched while the old content is still there")
            .hint("`codemate prune` shows what could go");
    }

    std::optional<Error> ask(const use::Plan& plan) {
        if (!plan.changes()) return std::nullopt;
        if (!line_.yes && can_be_asked()) {
            wiring_.err().write(text(plan, wiring_.err_terminal().columns));
            seen_ = true;
        }
        for (const use::Step& step : plan.steps)
            if (step.standing && step.what == use::Step::Do::replace) warn_of_license(*step.standing, wiring_);
        switch (consent(question(plan), line_.yes, wiring_)) {
        case Consent::given:
            return std::nullopt;
        case Consent::declined:
            return Error(Kind::refused, "not confirmed; nothing was changed");
        case Consent::nobody_to_ask:
            break;
        }
        return Error(Kind::refused, "models are to be changed, and nobody can be asked here; nothing was changed")
            .hint("--yes is the consent; --dry-run only shows what would be done");
    }

    void say(const Error& error) { wiring_.say(error); }

    int show(const use::Plan& plan, const std::optional<Error>& refusal) {
        std::vector<int> failures;
        for (const use::Step& step : plan.steps) {
            if (!step.obstacle) continue;
            failures.push_back(exit_status(step.obstacle->kind()));
            Error error = *step.obstacle;
            error.context(std::string(line_.verb == Verb::update ? "cannot update " : "cannot roll back ") +
                          quoted(step.name.display()));
            say(error);
        }
        int status = common_status(failures);
        if (refusal) {
            say(*refusal);
            status = exit_status(refusal->kind());
        }
        if (wiring_.options().json)
            wiring_.out().write(json::to_pretty(document(verb(), plan, refusal, status, wiring_)) + "\n");
        else if (!seen_)
            wiring_.out().write(text(plan, wiring_.out_terminal().columns));
        wiring_.summarize([&] { return ui::markdown_preformatted(text(plan, 0)); });
        return status;
    }

    int show(const use::Report& report, const Recovered& recovered) {
        std::vector<int> failures;
        for (const use::Item& item : report.items) {
            if (!item.error) continue;
            failures.push_back(exit_status(item.error->kind()));
            say(*item.error);
        }
        const int status = report.interrupted ? wiring_.status_when_interrupted() : common_status(failures);
        if (report.interrupted) wiring_.err().write("codemate: interrupted; what was installed before still is\n");
        if (wiring_.options().json)
            wiring_.out().write(json::to_pretty(document(verb(), report, recovered, status, wiring_)) + "\n");
        else
            wiring_.out().write(text(report, seen_ ? Changes::seen : Changes::told, wiring_.out_terminal().columns));
        wiring_.summarize([&] { return markdown(report); });
        return status;
    }

    const Line& line_;
    use::Options options_;
    Wiring& wiring_;
    bool seen_ = false; // the plan, by whoever was asked
};

} // namespace

int change_contents(const Line& line, Wiring& wiring) {
    return Flow(line, wiring).run();
}

} // namespace codemate::cli::update
