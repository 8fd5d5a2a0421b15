#include "cli/command.hpp"

#include "cli/commands/check/document.hpp"
#include "cli/commands/check/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/references.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::check;

class Check final : public Command {
public:
    void declare(Options&) override {}

    int run(Wiring& wiring) override {
        const manifest::Manifest& manifest = wiring.manifest();
        const std::optional<manifest::LockFile> lock = wiring.lock_file();
        if (wiring.options().lock && !lock->exists())
            throw Error(Kind::not_found, "there is no file " + quoted(*wiring.options().lock)).context("--lock");
        const use::Facts facts = use::gather(manifest, {lock ? &*lock : nullptr}, {wiring.stop(), {}});
        use::Report report = use::examine(facts);
        // The built-in set is nobody's project.
        if (!manifest.origin.is_built_in()) {
            const Project project = project_of(wiring);
            const auto references = references_in(project, facts.lock ? &*facts.lock : nullptr, AskServer::no, wiring);
            warn_of_patterns(references, project, wiring);
            check::add_references(report, lifecycle::refs::examine(references), project);
        }
        report.add(check::document_findings(wiring, facts.lock));
        const int status = report.count(use::Severity::problem) == 0 ? done : exit_status(Kind::check);
        const check::Files files{manifest.origin, facts.lock ? lock->path() : ""};
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(check::document(report, files, status)) + "\n");
        } else {
            wiring.out().write(check::text(report, files, wiring.style_of_out()));
        }
        for (const ui::Annotation& annotation : check::annotations(report, files))
            wiring.annotate(annotation);
        wiring.summarize([&] { return ui::markdown_preformatted(check::text(report, files, ui::Style(false))); });
        if (manifest.origin.how == manifest::Origin::How::built_in)
            wiring.note("no codemate.json here, so the built-in manifest was checked; `codemate init` writes one");
        return status;
    }
};

} // namespace

std::unique_ptr<Command> make_check() {
    return std::make_unique<Check>();
}

} // namespace codemate::cli
