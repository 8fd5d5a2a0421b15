#include "cli/command.hpp"

#include "cli/commands/verify/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

namespace use = lifecycle::verify;
using use::Finding;
using use::Severity;

class Verify final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: the required set and what is locked");
    }

    int run(Wiring& wiring) override {
        const manifest::Manifest& manifest = wiring.manifest();
        const manifest::Lock& lock = wiring.lock();
        const use::Ports ports{wiring.server(), [&]() -> registry::Registry& { return wiring.registry_server(); }};
        const use::Report report = use::examine(use::gather({targets_}, manifest, lock, ports, {wiring.stop(), {}}));
        const int status = report.passed() ? done : exit_status(Kind::check);
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(verify::document(report, status, wiring)) + "\n");
        } else {
            wiring.out().write(verify::text(report, wiring.out_terminal().columns));
        }
        say_more(report, wiring);
        return status;
    }

private:
    void say_more(const use::Report& report, Wiring& wiring) const {
        if (targets_.empty() && wiring.manifest().origin.how == manifest::Origin::How::built_in)
            wiring.note("no codemate.json here, so the required set is that of the built-in manifest");
        for (const Finding& finding : report.findings) {
            if (finding.severity == Severity::problem)
                wiring.err().write(ui::error_text(Error(Kind::check, finding.text), wiring.style_of_err()));
            else
                wiring.note(finding.text);
        }
        const std::size_t bad = report.count(Severity::problem);
        if (bad == 0) return;
        Error error(Kind::check, counted(bad, "model") + (bad == 1 ? " is" : " are") + " not as required");
        if (const std::string hint = way_out(report); !hint.empty()) error.hint(hint);
        wiring.err().write(ui::error_text(error, wiring.style_of_err()));
    }

    static std::string way_out(const use::Report& report) {
        const std::string missing = models_with(report, Finding::What::absent);
        if (!missing.empty()) return "`codemate pull " + missing + "` installs what is missing";
        const std::string drifted = models_with(report, Finding::What::drift);
        if (drifted.empty()) return "";
        return "`codemate pull " + drifted + "` brings back what is locked; `codemate lock --upgrade " + drifted +
               "` accepts what their tags serve now";
    }

    static std::string models_with(const use::Report& report, Finding::What what) {
        std::vector<std::string> names;
        for (const use::Row& row : report.rows) {
            const bool found = std::ranges::any_of(row.findings, [&](const Finding& finding) {
                return finding.severity == Severity::problem && finding.what == what;
            });
            if (found) names.push_back(row.name.display_short());
        }
        return printable(joined(names, " "));
    }

    std::vector<std::string> targets_;
};

} // namespace

std::unique_ptr<Command> make_verify() {
    return std::make_unique<Verify>();
}

} // namespace codemate::cli
