#include "cli/commands/prune/flow.hpp"

#include "cli/commands/prune/render.hpp"
#include "cli/commands/targets.hpp"
#include "cli/consent.hpp"
#include "cli/exit_status.hpp"
#include "cli/recovery.hpp"
#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/own_names.hpp"
#include "codemate/store/scan.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>

namespace codemate::cli::prune {
namespace {

namespace use = lifecycle::prune;
using Do = use::Step::Do;
using Mode = use::Options::Mode;

class Flow {
public:
    Flow(const Line& line, Wiring& wiring)
        : line_(line), options_(line.options),
          wiring_(wiring), asked_{options_.mode == Mode::prune ? "prune" : "rm", line.dry_run} {
        options_.server = wiring.server_id();
    }

    int run() {
        std::vector<manifest::Manifest> manifests = this->manifests();
        refuse_without_required_set(manifests);
        if (is_without_manifest()) {
            if (options_.mode == Mode::remove && !options_.force)
                wiring_.note(
                    "there is no codemate.json here: only what other projects on this machine require is kept");
        } else {
            wiring_.say_what_is_used();
            if (!line_.dry_run) wiring_.remember_required_set();
        }
        const Recovery mode = line_.dry_run ? Recovery::only_said : Recovery::done;
        Recovered recovered = recover(mode, wiring_).items;
        find_store();
        const Run run{wiring_.stop(), [&](const Event& event) { wiring_.progress().handle(event); }};
        const use::Ports ports = this->ports();
        const use::Facts facts = use::gather(options_, std::move(manifests), lock(), store_, no_store_, ports, run);
        plan_ = use::plan(facts, options_);
        for (const std::string& pattern : plan_.fits_nothing)
            wiring_.note("no model fits " + quoted(pattern));
        const std::vector<ollama::Installed> not_planned = this->not_planned(facts.installed);
        if (line_.dry_run) {
            sweep(not_planned, mode, wiring_);
            return show_plan(plan_.obstacle);
        }
        if (plan_.obstacle) return show_plan(plan_.obstacle);
        if (!plan_.removes_anything()) {
            sweep(not_planned, mode, wiring_);
            return show_plan(std::nullopt);
        }
        if (const auto refusal = ask()) return show_plan(refusal);
        const use::Report report = use::execute(plan_, options_, ports, run);
        wiring_.progress().clear();
        if (!report.interrupted) {
            for (auto& item : sweep(not_planned, mode, wiring_))
                recovered.push_back(std::move(item));
        }
        return show(report, recovered);
    }

private:
    // Of somebody else's choice, where nothing else is there.
    bool is_without_manifest() { return wiring_.manifest().origin.how == manifest::Origin::How::built_in; }

    std::vector<manifest::Manifest> manifests() {
        if (options_.mode == Mode::remove && is_without_manifest()) return {};
        std::vector<manifest::Manifest> manifests = wiring_.more_manifests();
        manifests.insert(manifests.begin(), wiring_.manifest());
        return manifests;
    }

    void refuse_without_required_set(const std::vector<manifest::Manifest>& manifests) {
        if (options_.mode == Mode::remove || !options_.models()) return;
        if (is_without_manifest()) {
            throw Error(Kind::refused, "there is no codemate.json here, so nothing says which models to keep")
                .hint("`codemate init` writes one from what is installed; --manifest builtin keeps the built-in set; "
                      "`codemate rm NAME` removes one model");
        }
        const bool any = std::ranges::any_of(
            manifests, [](const manifest::Manifest& manifest) { return !manifest::required_set(manifest).empty(); });
        if (any) return;
        throw Error(Kind::refused, printable(wiring_.manifest().origin.display()) +
                                       " requires no model, so nothing says which models to keep")
            .hint("give it roles, or a group \"default\"");
    }

    const manifest::Lock& lock() {
        static const manifest::Lock none;
        return wiring_.lock_file() ? wiring_.lock() : none;
    }

    // Only what is proven to be the server's: files are removed there.
    void find_store() {
        StoreLook look = look_into_store(wiring_, wiring_.server().installed(wiring_.stop()));
        if (look.found && !look.found->doubt.empty()) look = {std::nullopt, look.found->doubt};
        if (!look.found) {
            no_store_ = look.why_not;
            wiring_.note(not_checked(look));
            return;
        }
        path_ = look.found->path;
        store_ = use::Store{std::move(look.found->inventory), look.found->disk};
    }

    registry::Registry& registry() {
        const bool by_manifest = options_.mode == Mode::prune;
        return wiring_.registry_server(by_manifest ? plain_http_hosts(options_.targets, wiring_.manifest())
                                                   : std::vector<std::string>());
    }

    use::Ports ports() {
        use::Ports ports{wiring_.server(), registry(), wiring_.clock(), {}, {}};
        ports.manifests = [this] {
            return options_.mode == Mode::remove && is_without_manifest() ? std::vector<manifest::Manifest>()
                                                                          : wiring_.manifests_now();
        };
        ports.elsewhere = [this] {
            return line_.only_this_manifest ? std::vector<state::RequiredSet>() : wiring_.required_elsewhere();
        };
        ports.journal = wiring_.journal();
        ports.changes = wiring_.changes();
        if (!store_) return ports;
        ports.look_again = [this]() -> std::optional<use::Store> {
            return use::Store{store::take_inventory(store::scan(*store_->disk, wiring_.stop())), store_->disk};
        };
        ports.free_space = [this]() -> std::optional<ByteCount> {
            const auto space = space_of(path_);
            return space ? std::optional(space->free) : std::nullopt;
        };
        return ports;
    }

    // Of names that an earlier run left the plan says what becomes of them, if it is about all models.
    std::vector<ollama::Installed> not_planned(std::vector<ollama::Installed> installed) const {
        std::erase_if(installed, [&](const ollama::Installed& model) {
            return std::ranges::find(plan_.steps, model.name, [](const use::Step& step) { return step.model.name; }) !=
                   plan_.steps.end();
        });
        return installed;
    }

    // What a run left at its relay is no model of anybody's.
    bool is_only_left_behind() const {
        return plan_.leftovers.going.empty() && std::ranges::all_of(plan_.steps, [](const use::Step& step) {
                   return step.what != Do::remove || rules::is_relay_name(step.model.name);
               });
    }

    // Why it must not be done, if so.
    std::optional<Error> ask() {
        if (is_only_left_behind()) return std::nullopt;
        if (!line_.yes && can_be_asked()) wiring_.err().write(text(plan_, wiring_.err_terminal().columns));
        bool all_typed = plan_.leftovers.going.empty();
        for (const use::Step& step : plan_.steps) {
            if (step.what != Do::remove) continue;
            all_typed = all_typed && step.by_force;
            if (!step.by_force) continue;
            const std::string name = printable(step.model.name.display());
            if (const auto refusal =
                    refusal_of(consent_by_typing(name, name + ": " + step.reason + ".", line_.yes, wiring_)))
                return refusal;
        }
        if (all_typed) return std::nullopt; // a name that was typed needs no second answer
        return refusal_of(consent(question(plan_), line_.yes, wiring_));
    }

    static std::optional<Error> refusal_of(Consent consent) {
        if (consent == Consent::given) return std::nullopt;
        if (consent == Consent::declined) throw Error(Kind::refused, "not confirmed; nothing was removed");
        return Error(Kind::refused, "nobody can be asked here; nothing was removed")
            .hint("--yes is the consent, --dry-run says what would be done");
    }

    int status_of_plan() const {
        std::vector<int> failures;
        for (const use::Step& step : plan_.steps) {
            if (step.obstacle) failures.push_back(exit_status(step.obstacle->kind()));
        }
        if (plan_.shortfall) failures.push_back(some_failed);
        return common_status(failures);
    }

    void tell_obstacles() {
        for (const use::Step& step : plan_.steps) {
            if (step.obstacle) wiring_.say(*step.obstacle);
        }
        if (plan_.shortfall) {
            const Error error = Error(Kind::failed, to_string(*plan_.shortfall) + " less than the " +
                                                        to_string(*options_.to_free) + " of --to-free")
                                    .hint("all else is kept: `codemate prune --dry-run` says why");
            wiring_.say(error);
        }
    }

    int show_plan(const std::optional<Error>& refusal) {
        const int status = refusal ? exit_status(refusal->kind()) : status_of_plan();
        tell_obstacles();
        if (refusal) wiring_.say(*refusal);
        if (wiring_.options().json)
            wiring_.out().write(json::to_pretty(document(asked_, plan_, refusal, status, wiring_)) + "\n");
        else
            wiring_.out().write(text(plan_, wiring_.out_terminal().columns));
        wiring_.summarize([&] { return ui::markdown_preformatted(text(plan_, 0)); });
        return status;
    }

    int status_of(const use::Report& report) const {
        if (report.interrupted) return wiring_.status_when_interrupted();
        std::vector<int> failures;
        if (const int planned = status_of_plan(); planned != done) failures.push_back(planned);
        for (const use::Item& item : report.items) {
            if (item.error) failures.push_back(exit_status(item.error->kind()));
        }
        for (const use::Swept& each : report.swept) {
            if (each.error) failures.push_back(exit_status(each.error->kind()));
        }
        return common_status(failures);
    }

    int show(const use::Report& report, const Recovered& recovered) {
        const int status = status_of(report);
        tell_obstacles();
        for (const use::Item& item : report.items) {
            if (item.error) wiring_.say(*item.error);
            for (const std::string& note : item.notes)
                wiring_.warn(note);
        }
        for (const use::Swept& each : report.swept) {
            if (each.error) wiring_.say(*each.error);
        }
        for (const std::string& sentence : plan_.leftovers.kept)
            wiring_.note(sentence);
        if (report.interrupted)
            wiring_.err().write("codemate: interrupted; what is not listed as removed is still there\n");
        if (report.freed && *report.freed < report.announced)
            wiring_.note(to_string(report.announced) + " were announced and " + to_string(*report.freed) +
                         " came free: something else wrote meanwhile, or a program keeps removed files open");
        if (wiring_.options().json)
            wiring_.out().write(json::to_pretty(document(asked_, plan_, report, recovered, status, wiring_)) + "\n");
        else
            wiring_.out().write(text(report, wiring_.out_terminal().columns));
        wiring_.summarize([&] { return markdown(report); });
        return status;
    }

    const Line& line_;
    use::Options options_;
    Wiring& wiring_;
    Asked asked_;
    use::Plan plan_;
    std::filesystem::path path_;
    std::optional<use::Store> store_;
    std::string no_store_;
};

} // namespace

int remove_models(const Line& line, Wiring& wiring) {
    return Flow(line, wiring).run();
}

} // namespace codemate::cli::prune
