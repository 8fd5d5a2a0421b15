#include "cli/command.hpp"

#include "cli/commands/targets.hpp"
#include "cli/commands/verify/render.hpp"
#include "cli/consent.hpp"
#include "cli/exit_status.hpp"
#include "cli/recovery.hpp"
#include "cli/store_reach.hpp"
#include "cli/values.hpp"
#include "cli/waiting.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <initializer_list>

namespace codemate::cli {
namespace {

namespace use = lifecycle::verify;
using use::Finding;
using use::Severity;
using What = Finding::What;

class Verify final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: the required set and what is locked");
        options.flag("--deep", deep_, "read the content of the models and compare it with its digests");
        options.flag("--rehash", rehash_, "with --deep: read also what is remembered to be good");
        options.flag("--repair", repair_, "--deep, then fetch what is bad by its digest and put it in its place");
        options.flag("--dry-run", dry_run_, "with --repair: say what would be done, change nothing");
        options.flag("-y,--yes", yes_, "with --repair: answer every question with yes");
        options.value("--max-age", "DUR", max_age_,
                      "with --deep: read anew what was read longer ago (default 30d; 12h, 7d …)");
        options.value("--timeout", "DUR", timeout_, "end after so long, whatever is left");
        options.value("--wait", "DUR", wait_, "wait so long for a server that is not up yet");
    }

    int run(Wiring& wiring) override {
        const use::Options options = checked_options();
        wiring.limit_time(timeout_);
        if (wait_) {
            const Duration patience = duration("--wait", *wait_);
            wiring.lock(); // mistakes in files are not worth a wait
            wait_for_server(patience, wiring);
        }
        if (repair_ && !dry_run_) wiring.say_what_is_used();
        use::Facts facts = look(options, wiring);
        wiring.remember_required_set();
        use::Report report = use::examine(facts);
        if (repair_ && !report.interrupted) {
            repair(facts, report, wiring);
            report = what_came_of_it(options, std::move(report), wiring);
        }
        wiring.progress().clear();
        const int status = status_of(report, wiring);
        if (wiring.options().json) {
            wiring.out().write(
                json::to_pretty(verify::document(report, search_, repaired_, reinstalled_, status, wiring)) + "\n");
        } else {
            wiring.out().write(verify::text(report, wiring.out_terminal().columns));
        }
        for (const ui::Annotation& annotation : verify::annotations(report))
            wiring.annotate(annotation);
        wiring.summarize([&] { return verify::markdown(report); });
        say_more(report, wiring);
        return status;
    }

private:
    use::Facts look(const use::Options& options, Wiring& wiring) {
        use::Ports ports{wiring.server(), [&]() -> registry::Registry& { return registry_of(wiring); }};
        ports.store = [&](std::vector<ollama::Installed>& installed) { return find_store(installed, wiring); };
        ports.verified = wiring.verified_blobs();
        ports.clock = &wiring.clock();
        return use::gather(options, wiring.manifest(), wiring.lock(), ports, run_with(wiring));
    }

    static Run run_with(Wiring& wiring) {
        return {wiring.stop(), [&](const Event& event) { wiring.progress().handle(event); }};
    }

    registry::Registry& registry_of(Wiring& wiring) const {
        return wiring.registry_server(plain_http_hosts(targets_, wiring.manifest()));
    }

    void repair(const use::Facts& facts, const use::Report& report, Wiring& wiring) {
        const bool with_files = facts.reach && facts.reach->store;
        Recovering recovering = recover(dry_run_ ? Recovery::only_said : Recovery::done, wiring);
        if (with_files) replace_files(facts, report, wiring);
        const auto suspects =
            with_files ? std::vector<lifecycle::reinstall::Suspect>() : verify::suspects_of(facts, report);
        if (!with_files) wiring.note("without its files nobody can tell all damage, but what the server tells of");
        if (!suspects.empty() || !recovering.removed.empty()) reinstall(suspects, recovering, wiring);
    }

    void replace_files(const use::Facts& facts, const use::Report& report, Wiring& wiring) {
        namespace mend = lifecycle::repair;
        const mend::Damage damage = verify::damage_of(facts, report);
        if (damage.empty()) return;
        const use::Store& store = *facts.reach->store;
        const mend::Ports ports{*store.disk, registry_of(wiring)};
        const mend::Memory memory{wiring.manifest(), wiring.lock(), pulled_from_here(wiring)};
        const Run run = run_with(wiring);
        repaired_ = verify::Repair{mend::plan(mend::gather(damage, store.inventory, memory, ports, run))};
        const mend::Plan& plan = repaired_->plan;
        say(verify::lines_of(plan), wiring);
        if (dry_run_) return;
        if (plan.count(mend::Step::Do::nothing) < plan.steps.size())
            repaired_->refusal = ask(verify::question(plan, store.path), "files are to be replaced", wiring);
        if (repaired_->refusal) return say(*repaired_->refusal, wiring);
        repaired_->report = mend::execute(plan, ports, run);
        wiring.progress().clear();
        for (const mend::Item& item : repaired_->report->items)
            if (item.error) say(*item.error, wiring);
    }

    // The way without files.
    void reinstall(const std::vector<lifecycle::reinstall::Suspect>& suspects, Recovering& recovering, Wiring& wiring) {
        namespace renew = lifecycle::reinstall;
        renew::Memory memory{wiring.manifest(), wiring.lock(), pulled_from_here(wiring), {}};
        for (const state::Changes::Held& each : recovering.removed)
            memory.unfinished.push_back(each.change());
        const renew::Ports ports = verify::reinstall_ports(registry_of(wiring), recovering.unverified, wiring);
        const Run run = run_with(wiring);
        reinstalled_ = verify::Reinstall{renew::plan(renew::gather(suspects, memory, ports, run))};
        const renew::Plan& plan = reinstalled_->plan;
        say(verify::lines_of(plan), wiring);
        if (const auto refusal = plan.refusal()) {
            reinstalled_->refusal = *refusal;
            say(*refusal, wiring);
        }
        if (dry_run_ || plan.count(renew::Step::Do::refuse) == plan.steps.size()) return;
        if (const auto refusal = ask(verify::question(plan), "models are to be removed or fetched", wiring)) {
            reinstalled_->refusal = *refusal;
            return say(*refusal, wiring);
        }
        reinstalled_->report = renew::execute(plan, ports, run);
        wiring.progress().clear();
        finish(*reinstalled_->report, recovering);
        say_gone(wiring);
    }

    static void finish(const lifecycle::reinstall::Report& report, Recovering& recovering) {
        const auto is_back = [&](const state::Changes::Held& change) {
            return std::ranges::any_of(report.items, [&](const auto& item) {
                return item.back && item.step.delivery.name.same_on_server(change.change().name);
            });
        };
        for (auto* changes : {&recovering.removed, &recovering.pending}) {
            for (state::Changes::Held& change : *changes)
                if (is_back(change)) change.done();
        }
    }

    void say_gone(Wiring& wiring) const {
        const lifecycle::reinstall::Report& report = *reinstalled_->report;
        for (const auto& item : report.items)
            if (item.error) say(*item.error, wiring);
        std::vector<std::string> gone;
        for (const ModelName& name : report.gone())
            gone.push_back(name.display_short());
        if (gone.empty()) return;
        say(Error(Kind::failed,
                  printable(listed(gone)) + (gone.size() == 1 ? " is" : " are") + " removed, and not back yet")
                .hint("`codemate verify --repair` brings back what is written down of " +
                      std::string(gone.size() == 1 ? "it" : "them")),
            wiring);
    }

    // What came of it the files say, or the server.
    use::Report what_came_of_it(use::Options options, use::Report report, Wiring& wiring) {
        bool changed = false, interrupted = false;
        const auto look_at = [&](const auto& done) {
            if (!done || !done->report) return;
            interrupted = interrupted || done->report->interrupted;
            for (const auto& item : done->report->items)
                changed = changed || item.done;
        };
        look_at(repaired_);
        look_at(reinstalled_);
        if (changed && !interrupted) {
            if (all_came_anew(report)) options.deep = false;
            report = use::examine(look(options, wiring));
        }
        report.interrupted = report.interrupted || interrupted;
        return report;
    }

    // The server hashes what it fetches: nothing is left unread then.
    bool all_came_anew(const use::Report& report) const {
        if (!reinstalled_ || !reinstalled_->report) return false;
        return std::ranges::all_of(report.rows, [&](const use::Row& row) {
            return std::ranges::any_of(reinstalled_->report->items, [&](const auto& item) {
                const bool anew = item.removed || item.step.what == lifecycle::reinstall::Step::Do::bring_back;
                return anew && item.done && item.step.delivery.name.same_on_server(row.name);
            });
        });
    }

    static void say(const std::vector<std::string>& lines, Wiring& wiring) {
        wiring.progress().clear();
        for (const std::string& line : lines)
            wiring.err().write(line + "\n");
    }

    static void say(const Error& error, Wiring& wiring) { wiring.say(error); }

    std::optional<Error> ask(const std::string& question, const std::string& what, Wiring& wiring) const {
        switch (consent(question, yes_, wiring)) {
        case Consent::given:
            return std::nullopt;
        case Consent::declined:
            return Error(Kind::refused, "not confirmed; nothing was changed");
        case Consent::nobody_to_ask:
            break;
        }
        return Error(Kind::refused, what + ", and nobody can be asked here; nothing was changed")
            .hint("--yes is the consent");
    }

    static std::vector<state::Pulled> pulled_from_here(Wiring& wiring) {
        const state::Journal* const journal = wiring.journal();
        if (journal == nullptr) return {};
        std::vector<state::Pulled> pulled;
        try {
            pulled = journal->entries();
        } catch (const Error& error) {
            wiring.warn(error.message());
        }
        std::erase_if(pulled, [&](const state::Pulled& each) { return each.server != wiring.server_id(); });
        return pulled;
    }

    use::Options checked_options() const {
        use::Options options{targets_, deep_ || repair_, rehash_};
        for (const auto& [given, name] :
             {std::pair(rehash_, "--rehash"), std::pair(max_age_.has_value(), "--max-age")}) {
            if (given && !options.deep)
                throw Error(Kind::usage, std::string(name) + " needs --deep: without it no content is read");
        }
        for (const auto& [given, name] : {std::pair(dry_run_, "--dry-run"), std::pair(yes_, "--yes")}) {
            if (given && !repair_)
                throw Error(Kind::usage, std::string(name) + " needs --repair: without it nothing is changed");
        }
        if (rehash_ && max_age_)
            throw Error(Kind::usage, "--rehash and --max-age contradict each other").hint("--rehash reads everything");
        if (!max_age_) return options;
        try {
            options.max_age = parse_duration(*max_age_);
        } catch (Error& error) {
            throw error.context("--max-age");
        }
        return options;
    }

    use::Reach find_store(std::vector<ollama::Installed>& installed, Wiring& wiring) {
        lifecycle::locate::Report found = wiring.locate_store(std::move(installed));
        installed = std::move(found.installed);
        use::Reach reach{{}, doubt_about(found)};
        for (const lifecycle::locate::DanglingLink& link : found.dangling)
            reach.dangling.push_back(quoted(link.path.string()) + ": " + link.why);
        if (found.store) {
            reach.store = use::Store{quoted(found.store->place.path.string()), found.store->proven, found.store->disk,
                                     std::move(found.store->inventory)};
        }
        std::vector<std::string> command{"verify"};
        if (deep_ || repair_) command.emplace_back(repair_ ? "--repair" : "--deep");
        command.insert(command.end(), targets_.begin(), targets_.end());
        std::vector<std::string> ways = ways_to_store(found, command, wiring);
        search_ = verify::Search{std::move(found), std::move(ways)};
        return reach;
    }

    int status_of(const use::Report& report, const Wiring& wiring) const {
        if (report.interrupted) return wiring.status_when_interrupted();
        if (repaired_ && repaired_->refusal) return exit_status(repaired_->refusal->kind());
        if (reinstalled_ && reinstalled_->refusal) return exit_status(reinstalled_->refusal->kind());
        std::vector<int> failures;
        for (const Kind kind : report.failures())
            failures.push_back(exit_status(kind));
        return common_status(failures);
    }

    void say_more(const use::Report& report, Wiring& wiring) const {
        if (targets_.empty() && wiring.manifest().origin.how == manifest::Origin::How::built_in)
            wiring.note("no codemate.json here, so the required set is that of the built-in manifest");
        for (const Finding& finding : report.findings) {
            if (finding.severity == Severity::problem)
                wiring.say(error_of(finding));
            else
                wiring.note(finding.text);
        }
        say_ways(wiring);
        if (report.interrupted) say_interrupted(wiring);
        const std::size_t bad = report.count(Severity::problem);
        if (bad == 0) return;
        Error error(Kind::check, counted(bad, "model") + (bad == 1 ? " is" : " are") + " not as required");
        if (const std::string hint = way_out(report); !hint.empty()) error.hint(hint);
        wiring.say(error);
    }

    static void say_interrupted(Wiring& wiring) {
        if (auto error = wiring.out_of_time()) {
            error->hint("what was read until then is remembered: with --deep the next run goes on there");
            wiring.say(*error);
            return;
        }
        wiring.err().write("codemate: interrupted; what was read until then is remembered\n");
    }

    bool is_unreadable() const {
        return search_ && search_->report.standing == lifecycle::locate::Report::Standing::unreadable;
    }

    // Where it is plain who may read the files the error's hint says it. A container or another machine is worth a word
    // only to whoever wants the content read.
    void say_ways(Wiring& wiring) const {
        if (!search_ || search_->ways.empty()) return;
        if (is_unreadable() ? deep_ : !deep_) return;
        for (const std::string& way : search_->ways)
            wiring.note("what can be done: " + way);
    }

    Error error_of(const Finding& finding) const {
        if (finding.what != What::unread) return Error(Kind::check, finding.text);
        Error error(Kind::storage, finding.text);
        if (is_unreadable() && !search_->ways.empty())
            error.hint("`" + search_->ways.front() + "`");
        else
            error.hint("if its models directory is on this machine, name it with --models-dir DIR");
        return error;
    }

    std::string way_out(const use::Report& report) const {
        const std::string damaged =
            models_with(report, {What::layer_damaged, What::layer_size, What::layer_missing, What::manifest});
        if (!damaged.empty())
            return repair_ ? "" : "`codemate verify --repair " + damaged + "` fetches what is bad, and nothing else";
        if (!models_with(report, {What::unread}).empty()) return "run it as a user who may read the files";
        const std::string missing = models_with(report, {What::absent});
        if (!missing.empty()) return "`codemate pull " + missing + "` installs what is missing";
        const std::string unlisted = models_with(report, {What::unlisted});
        if (!unlisted.empty()) return "`codemate verify --deep " + unlisted + "` tells what is damaged";
        const std::string drifted = models_with(report, {What::drift});
        if (drifted.empty()) return "";
        return "`codemate pull " + drifted + "` brings back what is locked; `codemate lock --upgrade " + drifted +
               "` accepts what their tags serve now";
    }

    static std::string models_with(const use::Report& report, std::initializer_list<What> whats) {
        std::vector<std::string> names;
        for (const use::Row& row : report.rows) {
            const bool found = std::ranges::any_of(row.findings, [&](const Finding& finding) {
                return finding.severity == Severity::problem && std::ranges::find(whats, finding.what) != whats.end();
            });
            if (found) names.push_back(row.name.display_short());
        }
        return printable(joined(names, " "));
    }

    std::vector<std::string> targets_;
    std::optional<std::string> max_age_, timeout_, wait_;
    bool deep_ = false;
    bool rehash_ = false;
    bool repair_ = false;
    bool dry_run_ = false;
    bool yes_ = false;
    std::optional<verify::Repair> repaired_;
    std::optional<verify::Reinstall> reinstalled_;
    std::optional<verify::Search> search_;
};

} // namespace

std::unique_ptr<Command> make_verify() {
    return std::make_unique<Verify>();
}

} // namespace codemate::cli
