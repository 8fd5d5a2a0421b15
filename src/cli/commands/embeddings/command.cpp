#include "cli/command.hpp"

#include "cli/commands/embeddings/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/values.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/machine/volumes.hpp"
#include "codemate/ui/markup.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::embeddings;

class Embeddings final : public Command {
public:
    void declare(Options& options) override {
        options.flag("--steps", steps_, "print how the store is built anew, also where it need not be");
        options.flag("--accept-new-vectors", accept_, "remember what the model gives now, whatever it gave before");
        options.value("--timeout", "DUR", timeout_, "wait no longer for the server's vectors (default 5m)");
        options.flag("--locked", locked_, "write nothing into the lock (the default where CI is set)");
    }

    int run(Wiring& wiring) override {
        const std::optional<manifest::LockFile> file = wiring.lock_file();
        check_options(file);
        const manifest::Lock& lock =
            wiring.lock(locked_ ? Wiring::NamedLock::must_exist : Wiring::NamedLock::may_be_new);
        const Run run{wiring.stop(), [&](const Event& event) { wiring.progress().handle(event); }};
        use::Ports ports{wiring.server(), machine::volume_directories({})};
        if (timeout_) ports.patience = duration("--timeout", *timeout_);
        const use::Facts facts = use::gather(wiring.manifest(), lock, ports, run);
        wiring.progress().clear();
        use::Report report = use::examine(facts);
        remember(report, facts, file, wiring);
        const int status = status_of(report);
        if (wiring.options().json)
            wiring.out().write(json::to_pretty(embeddings::document(facts, report, status)) + "\n");
        else
            wiring.out().write(embeddings::text(facts, report,
                                                steps_ ? embeddings::Steps::always : embeddings::Steps::where_needed,
                                                wiring.out_terminal().columns, wiring.style_of_out()));
        for (const use::Finding& finding : report.findings) {
            ui::Annotation annotation;
            annotation.text = printable(finding.text);
            if (finding.severity == use::Severity::problem) wiring.annotate(annotation);
        }
        wiring.summarize([&] {
            return ui::markdown_preformatted(
                embeddings::text(facts, report, embeddings::Steps::where_needed, 0, ui::Style(false)));
        });
        say_more(report, facts, wiring);
        return status;
    }

private:
    void check_options(const std::optional<manifest::LockFile>& file) const {
        if (accept_ && locked_)
            throw Error(Kind::usage, "--locked writes nothing, and --accept-new-vectors is to write")
                .hint("leave one of them out");
        if (accept_ && !file)
            throw Error(Kind::usage, "the built-in manifest has no lock beside it, so nothing can be remembered")
                .hint("name one with --lock FILE, or write a codemate.json with `codemate init`");
    }

    // First seen vectors are written like the pin of a first use; others only if they are accepted.
    void remember(use::Report& report, const use::Facts& facts, const std::optional<manifest::LockFile>& file,
                  Wiring& wiring) const {
        if (!file || locked_ || (wiring.in_ci() && !accept_)) return;
        use::remember(report, facts, *file, accept_ ? use::Accept::any : use::Accept::first_only, {wiring.stop(), {}});
    }

    int status_of(const use::Report& report) const {
        std::vector<int> failures;
        for (const use::Finding& finding : report.findings) {
            if (finding.severity == use::Severity::problem) failures.push_back(exit_status(finding.kind));
        }
        return common_status(failures);
    }

    void say_more(const use::Report& report, const use::Facts& facts, Wiring& wiring) const {
        if (wiring.manifest().origin.how == manifest::Origin::How::built_in)
            wiring.note("no codemate.json here, so the embedding role is that of the built-in manifest");
        const bool first = report.vectors && report.vectors->verdict == rules::VectorVerdict::first;
        if (first && !report.remembered && !report.store_disagrees && !report.to_remember.empty() && facts.locked)
            wiring.note("nothing is written with --locked or in CI: these vectors were not remembered");
        if (accept_ && report.to_remember.empty()) wiring.warn("there was nothing to remember: see above");
    }

    bool steps_ = false;
    bool accept_ = false;
    bool locked_ = false;
    std::optional<std::string> timeout_;
};

} // namespace

std::unique_ptr<Command> make_embeddings() {
    return std::make_unique<Embeddings>();
}

} // namespace codemate::cli
