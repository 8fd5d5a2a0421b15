#include "cli/command.hpp"

#include "cli/commands/benchmark/asked.hpp"
#include "cli/commands/benchmark/baseline.hpp"
#include "cli/commands/benchmark/gate.hpp"
#include "cli/commands/benchmark/output.hpp"
#include "cli/commands/benchmark/render.hpp"
#include "cli/commands/benchmark/side.hpp"
#include "cli/consent.hpp"
#include "cli/exit_status.hpp"
#include "cli/values.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/manifest/stated_speeds.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

namespace use = lifecycle::benchmark;
using benchmark::Row;
using benchmark::Side;

constexpr int most_tokens = 1'000'000;

class Benchmark final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: the required set");
        options.value("--runs", "N", runs_, "warm runs of each model (default 5)");
        options.value("--prompt-tokens", "N", prompt_tokens_, "length of the prompts (default 256)");
        options.value("--tokens", "N", tokens_, "length of the answers (default 64)");
        options.value("--prompt", "FILE", prompt_,
                      "a prompt of one's own, - for standard input; a short line that varies is put before it");
        options.value("--concurrency", "1,2,4", concurrency_,
                      "afterwards so many requests at once: the model under load");
        options.value("--num-ctx", "N", num_ctx_, "context to load with (default: what is declared, else 4096)");
        options.value("--timeout", "DUR", timeout_, "give up on a server that sends nothing for so long (default 10m)");
        options.value("--baseline", "REF", baseline_, "compare with: last, a digest, or a file of --save");
        options.value("--against", "URL", against_, "measure that server, too, in turn: A B A B …, and compare");
        options.optional_value("--gate", "10%", gate_, "end with 3 if a token takes more than so much longer");
        options.value("--save", "FILE", save_, "write the measurements to a file, for --baseline");
        options.value("--format", "FORM", format_, "how to show it: for people, for a document, or for benchstat of Go",
                      {"table", "markdown", "benchstat"});
        options.value("--html", "FILE", html_, "write a page with charts, too, that needs no other file");
        options.flag("--history", history_, "show what was measured before, measure nothing");
        options.flag("--dry-run", dry_run_, "say what would be done, change nothing");
        options.flag("-y,--yes", yes_, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        use::Options options = this->options(wiring);
        if (gate_) gate_share_ = share("--gate", *gate_);
        output_ = benchmark::Output::of(format_, html_, wiring.options().json);
        if (dry_run_ && !history_) output_.refuse_if_of_figures("--dry-run");
        if (history_) return show_history(options, wiring);
        if (prompt_) options.prompt = benchmark::prompt(*prompt_, wiring.stop());
        Side here(wiring.server(), wiring.endpoint(), options, wiring);
        here.look_at_machine();
        std::optional<Wiring::Another> another;
        std::optional<Side> there;
        if (against_) {
            another = wiring.another_server("--against", *against_);
            use::Options its = options;
            its.server = another->id;
            there.emplace(*another->server, another->endpoint, std::move(its), wiring);
            if (there->options().server == here.options().server)
                throw Error(Kind::usage, "--against is the server that is measured anyway").hint("name another one");
        }
        const Run run{wiring.stop(), [&](const Event& event) { wiring.progress().handle(event); }};
        wiring.say_what_is_used();
        here.gather(run);
        if (there) {
            there->gather(run);
            use::align(here.plan(), there->plan());
            wiring.note("measured in turn with " + there->options().server + " (ollama " +
                        printable(there->facts().server_version, 60) + ")");
        }
        return measure(here, there ? &*there : nullptr, run, wiring);
    }

private:
    use::Options options(Wiring& wiring) const {
        use::Options options{.targets = targets_, .server = wiring.server_id()};
        const auto count = [](const char* name, const std::optional<std::string>& value) {
            return value ? std::optional(static_cast<std::uint64_t>(number(name, *value, 1, most_tokens)))
                         : std::nullopt;
        };
        if (const auto runs = count("--runs", runs_)) options.runs = static_cast<std::size_t>(*runs);
        options.prompt_tokens = count("--prompt-tokens", prompt_tokens_);
        options.tokens = count("--tokens", tokens_);
        options.num_ctx = count("--num-ctx", num_ctx_);
        if (prompt_ && prompt_tokens_)
            throw Error(Kind::usage, "--prompt and --prompt-tokens exclude each other: a text is as long as it is");
        if (against_ && baseline_)
            throw Error(Kind::usage, "--against and --baseline exclude each other: there is one thing to compare with");
        if (against_ && concurrency_)
            throw Error(Kind::usage, "--against measures one request at a time, without --concurrency");
        options.names_server = against_.has_value();
        if (concurrency_) options.concurrency = benchmark::concurrency(*concurrency_, options.runs);
        if (timeout_) options.patience = duration("--timeout", *timeout_);
        return options;
    }

    // They stand beside the result only: a mistake in them ends nothing.
    static manifest::StatedSpeeds stated_speeds(Wiring& wiring) {
        try {
            return manifest::load_stated_speeds(wiring.manifest().origin);
        } catch (const Error& error) {
            wiring.warn("stated speeds are not shown: " + error.message());
            return {};
        }
    }

    // What the gate compares with where nothing is named is what was measured last.
    std::vector<state::Benchmark> earlier(const use::Facts& facts) const {
        if (against_ || (!baseline_ && !gate_)) return {};
        return benchmark::baseline(baseline_.value_or("last"), facts.before);
    }

    int show_history(const use::Options& options, Wiring& wiring) const {
        std::vector<state::Benchmark> entries;
        if (wiring.benchmarks() != nullptr) entries = wiring.benchmarks()->entries();
        std::vector<ModelName> names;
        if (!targets_.empty())
            for (const manifest::Wanted& wanted : manifest::resolve(wiring.manifest(), targets_))
                names.push_back(wanted.name);
        std::erase_if(entries, [&](const state::Benchmark& entry) {
            const bool is_named = names.empty() || std::ranges::any_of(names, [&](const ModelName& name) {
                                      return name.same_on_server(entry.name);
                                  });
            return entry.server != options.server || !is_named;
        });
        if (entries.empty()) wiring.note("nothing was measured on this server yet");
        const benchmark::Where where{options.server, "", "", wiring.manifest().origin};
        const benchmark::Sheet sheet =
            benchmark::sheet_of(entries, wiring.manifest(), stated_speeds(wiring), where, wiring.clock().now());
        return output_.write(sheet, done, wiring, [&](int status) {
            return output_.is_json() ? json::to_pretty(benchmark::history_document(entries, where, status)) + "\n"
                                     : benchmark::history_text(entries, wiring.out_terminal().columns);
        });
    }

    int show_plan(const use::Plan& plan, const benchmark::Where& where, int status, Wiring& wiring) const {
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(benchmark::plan_document(plan, where, status)) + "\n");
            return status;
        }
        if (output_.is_table()) wiring.out().write(benchmark::plan_text(plan, wiring.out_terminal().columns));
        for (const use::Step& step : plan.steps)
            if (step.obstacle) wiring.say(*step.obstacle);
        for (const std::string& sentence : plan.disturbed)
            wiring.note(sentence);
        return status;
    }

    static void say_estimate(const use::Plan& plan, Wiring& wiring) {
        if (plan.estimate() == Duration{0}) return;
        wiring.note(
            "this takes about " + to_text(plan.estimate()) +
            (plan.estimate_is_a_guess() ? ", guessed by the size of the models" : ", by what was measured before"));
    }

    std::optional<Error> ask(const use::Plan& plan, Wiring& wiring) const {
        if (plan.disturbed.empty()) return std::nullopt;
        for (const std::string& sentence : plan.disturbed)
            wiring.note(sentence);
        switch (consent("Measure all the same?", yes_, wiring)) {
        case Consent::given:
            return std::nullopt;
        case Consent::declined:
            return Error(Kind::refused, "nothing was measured");
        case Consent::nobody_to_ask:
            break;
        }
        return Error(Kind::refused, "measuring would disturb what is loaded").hint("--yes does it all the same");
    }

    int measure(Side& here, Side* there, const Run& run, Wiring& wiring) {
        speeds_ = stated_speeds(wiring);
        std::vector<state::Benchmark> before = earlier(here.facts());
        const benchmark::Where where{here.options().server, here.facts().server_version, here.ports().hardware,
                                     wiring.manifest().origin};
        use::Plan all = here.plan(); // for what is said of both
        if (there != nullptr) {
            all.disturbed.insert(all.disturbed.end(), there->plan().disturbed.begin(), there->plan().disturbed.end());
            for (use::Step& step : all.steps)
                step.estimate *= 2;
        }
        if (dry_run_) return show_plan(all, where, 0, wiring);
        say_estimate(all, wiring);
        if (const auto refusal = ask(all, wiring)) {
            wiring.say(*refusal);
            return show_plan(all, where, exit_status(refusal->kind()), wiring);
        }
        use::Report report;
        if (there == nullptr) {
            report = use::execute(here.plan(), here.options(), here.ports(), run);
        } else {
            use::Both both = use::execute_in_turn(here.measured(), there->measured(), run);
            report = std::move(both.here);
            report.notes.insert(report.notes.end(), both.there.notes.begin(), both.there.notes.end());
            before = there->remember(both.there);
        }
        wiring.progress().clear();
        for (const std::string& note : report.notes)
            wiring.warn(note);
        const std::vector<state::Benchmark> measured = here.remember(report);
        if (save_) benchmark::save(*save_, measured);
        return show(rows(report, here, before), here.facts(), report, where, wiring);
    }

    std::vector<Row> rows(const use::Report& report, const Side& here,
                          const std::vector<state::Benchmark>& before) const {
        std::vector<Row> rows;
        const use::Facts& facts = here.facts();
        for (const use::Item& item : report.items) {
            Row row{.item = item, .stated = benchmark::stated_of(facts.manifest, speeds_, item.step.name)};
            row.in_turn = against_.has_value();
            row.advice = use::advice(item, facts, here.machine());
            if (item.outcome == use::Outcome::measured) {
                row.measured = here.to_memory(item);
                if (const manifest::Declared* declared = facts.manifest.declared(item.step.name))
                    row.broken_promises = use::broken_promises(*declared, item);
                if (const state::Benchmark* entry = use::latest_of(item.step.name, before)) {
                    row.before = *entry;
                    row.comparison =
                        row.in_turn ? use::compare_in_turn(*entry, *row.measured) : use::compare(*entry, *row.measured);
                }
                if (gate_) benchmark::judge(row, gate_share_);
            }
            rows.push_back(std::move(row));
        }
        return rows;
    }

    int show(const std::vector<Row>& rows, const use::Facts& facts, const use::Report& report,
             const benchmark::Where& where, Wiring& wiring) const {
        for (const Row& row : rows) {
            if (!row.item.error) continue;
            Error error = *row.item.error;
            error.context("cannot measure " + quoted(row.item.step.name.display()));
            wiring.say(error);
        }
        if (report.ending == use::Ending::interrupted) throw Interrupted();
        const benchmark::Sheet sheet = benchmark::sheet_of(rows, facts.before, where, wiring.clock().now());
        annotate(rows, wiring);
        wiring.summarize([&] { return benchmark::markdown(sheet); });
        return output_.write(sheet, benchmark::status_of(rows), wiring, [&](int status) {
            return output_.is_json() ? json::to_pretty(benchmark::document(rows, where, status)) + "\n"
                                     : benchmark::text(rows, wiring.out_terminal().columns);
        });
    }

    // What the gate says no to; errors are annotated where they are said.
    static void annotate(const std::vector<Row>& rows, Wiring& wiring) {
        for (const Row& row : rows) {
            if (row.verdict != Row::Verdict::failed && row.verdict != Row::Verdict::no_verdict) continue;
            ui::Annotation annotation;
            annotation.text = printable(row.item.step.name.display() + ": " + row.why);
            for (const std::string& promise : row.broken_promises)
                annotation.text += "; " + printable(promise);
            wiring.annotate(annotation);
        }
    }

    std::vector<std::string> targets_;
    std::optional<std::string> runs_, prompt_tokens_, tokens_, num_ctx_, timeout_, baseline_, gate_, save_, format_,
        html_, prompt_, concurrency_, against_;
    benchmark::Output output_;
    manifest::StatedSpeeds speeds_;
    double gate_share_ = 0;
    bool history_ = false, dry_run_ = false, yes_ = false;
};

} // namespace

std::unique_ptr<Command> make_benchmark() {
    return std::make_unique<Benchmark>();
}

} // namespace codemate::cli
