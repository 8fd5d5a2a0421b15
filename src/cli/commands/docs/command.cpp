#include "cli/command.hpp"

#include "cli/commands/docs/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/annotation.hpp"
#include "codemate/ui/markup.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::docs;
using manifest::Origin;

class Docs final : public Command {
public:
    void declare(Options& options) override {
        options.flag("--check", check_, "write nothing; status 3 if the document is not what it should be");
        options.flag("--dry-run", dry_run_, "print the document as it would become, write nothing");
    }

    int run(Wiring& wiring) override {
        if (check_ && dry_run_) {
            throw Error(Kind::usage, "--check and --dry-run exclude each other")
                .hint("--check says what is wrong, --dry-run prints what would be written");
        }
        const manifest::Manifest& manifest = wiring.manifest();
        const Origin& origin = manifest.origin;
        if (origin.is_built_in() && !dry_run_) refuse_built_in(origin);
        const manifest::ReleasesFile releases(origin);
        const use::Ports ports{releases, wiring.benchmarks(), use::document_path(origin)};
        const Run run{wiring.stop(), {}};
        if (check_) return check(wiring, ports, run);
        if (dry_run_)
            return print(wiring,
                         use::plan(use::gather(manifest, lock_of(wiring), ports, run), use::measured_here(ports)));
        return show(wiring, use::execute(manifest, lock_of(wiring), ports, run), releases.shown());
    }

private:
    [[noreturn]] static void refuse_built_in(const Origin& origin) {
        throw Error(Kind::usage, origin.how == Origin::How::built_in
                                     ? "there is no codemate.json here beside which the document could stand"
                                     : "the built-in manifest has no place beside which the document could stand")
            .hint(
                "`codemate init` writes a codemate.json; `codemate docs --dry-run` prints the built-in set's document");
    }

    static std::optional<manifest::Lock> lock_of(Wiring& wiring) {
        const std::optional<manifest::LockFile> file = wiring.lock_file();
        if (!file || (!file->exists() && !wiring.options().lock)) return std::nullopt;
        return wiring.lock();
    }

    static int print(Wiring& wiring, use::Plan plan) {
        const Origin& origin = wiring.manifest().origin;
        const use::Report report{std::move(plan), false, false};
        const std::string path = use::document_path(origin).string();
        wiring.out().write(wiring.options().json ? json::to_pretty(docs::document(report, true, path, origin)) + "\n"
                                                 : report.plan.composed.text);
        return done;
    }

    static int show(Wiring& wiring, const use::Report& report, const std::string& history) {
        const Origin& origin = wiring.manifest().origin;
        const std::string path = use::document_path(origin).string();
        wiring.out().write(wiring.options().json ? json::to_pretty(docs::document(report, false, path, origin)) + "\n"
                                                 : docs::text(report, use::document_shown(origin), history));
        if (!report.plan.composed.absent.empty())
            wiring.note("the document has no markers for " + listed(report.plan.composed.absent) +
                        ", which are left out");
        return done;
    }

    static int check(Wiring& wiring, const use::Ports& ports, const Run& run) {
        const Origin& origin = wiring.manifest().origin;
        const std::vector<use::Finding> findings =
            use::examine(use::gather(wiring.manifest(), lock_of(wiring), ports, run), ports, run);
        const int status = findings.empty() ? done : exit_status(Kind::check);
        const std::string shown = use::document_shown(origin);
        if (wiring.options().json) {
            const std::string path = ports.document.string();
            wiring.out().write(json::to_pretty(docs::findings_document(findings, path, status, origin)) + "\n");
        } else {
            wiring.out().write(docs::findings_text(findings, shown, wiring.style_of_out()));
        }
        annotate(findings, ports.document, wiring);
        wiring.summarize(
            [&] { return ui::markdown_preformatted(docs::findings_text(findings, shown, ui::Style(false))); });
        return status;
    }

    static void annotate(const std::vector<use::Finding>& findings, const std::filesystem::path& path, Wiring& wiring) {
        for (const use::Finding& finding : findings) {
            ui::Annotation annotation;
            annotation.file = path.string();
            annotation.line = finding.line;
            annotation.text = printable(finding.text) + (finding.hint.empty() ? "" : "; " + printable(finding.hint));
            wiring.annotate(annotation);
        }
    }

    bool check_ = false;
    bool dry_run_ = false;
};

} // namespace

std::unique_ptr<Command> make_docs() {
    return std::make_unique<Docs>();
}

} // namespace codemate::cli
