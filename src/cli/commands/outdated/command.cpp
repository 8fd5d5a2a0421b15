#include "cli/command.hpp"

#include "cli/commands/outdated/render.hpp"
#include "cli/commands/standing.hpp"
#include "cli/commands/targets.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::outdated;

class Outdated final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: everything that is installed");
        options.flag("--check", check_, "end with status 3 if a tag has moved");
    }

    int run(Wiring& wiring) override {
        const manifest::Manifest& manifest = wiring.manifest();
        use::Options options{targets_, upstream::Texts::left_out};
        if (wiring.options().verbosity > 0) options.texts = upstream::Texts::fetched;
        const manifest::Lock& lock = wiring.lock();
        const upstream::Ports ports{&wiring.server(), wiring.registry_server(plain_http_hosts(targets_, manifest))};
        const use::Report report = use::examine(use::gather(options, manifest, lock, ports, {wiring.stop(), {}}));
        return show(report, wiring);
    }

private:
    int show(const use::Report& report, Wiring& wiring) const {
        const int status = status_of(report);
        for (const upstream::Standing& row : report.rows) {
            if (!row.error) continue;
            Error error = *row.error;
            error.context("cannot look up " + quoted(row.name.display()));
            wiring.say(error);
        }
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(outdated::document(report, status, wiring)) + "\n");
        } else {
            wiring.out().write(outdated::text(report, wiring.out_terminal().columns));
        }
        if (check_) annotate(report, wiring);
        wiring.summarize([&] { return outdated::markdown(report); });
        say_more(report, wiring);
        return status;
    }

    // What the status is about; errors are annotated where they are said.
    static void annotate(const use::Report& report, Wiring& wiring) {
        for (const upstream::Standing& row : report.rows) {
            if (row.state != upstream::State::outdated) continue;
            ui::Annotation annotation;
            annotation.text = printable(row.name.display() + " is outdated: " + row.reason);
            wiring.annotate(annotation);
        }
    }

    int status_of(const use::Report& report) const {
        std::vector<int> failures;
        for (const upstream::Standing& row : report.rows) {
            if (row.error) failures.push_back(exit_status(row.error->kind()));
        }
        if (check_ && report.count(upstream::State::outdated) > 0) failures.push_back(exit_status(Kind::check));
        return common_status(failures);
    }

    static void say_more(const use::Report& report, Wiring& wiring) {
        for (const upstream::Standing& row : report.rows)
            warn_of_license(row, wiring);
        if (report.rows.empty()) wiring.note("nothing is installed on this server");
    }

    std::vector<std::string> targets_;
    bool check_ = false;
};

} // namespace

std::unique_ptr<Command> make_outdated() {
    return std::make_unique<Outdated>();
}

} // namespace codemate::cli
