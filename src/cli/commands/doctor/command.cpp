#include "cli/command.hpp"

#include "cli/commands/doctor/looks.hpp"
#include "cli/commands/doctor/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::doctor;

class Doctor final : public Command {
public:
    void declare(Options&) override {}

    int run(Wiring& wiring) override {
        const use::Options options = doctor::options_of(wiring);
        const use::Facts facts = use::gather(options, doctor::ports_of(wiring), {wiring.stop(), {}});
        const use::Report report = use::examine(facts);
        const int status = report.count(use::Level::problem) == 0 ? done : exit_status(Kind::check);
        for (const ui::Annotation& problem : doctor::annotations(report))
            wiring.annotate(problem);
        wiring.summarize([&] { return doctor::markdown(report); });
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(doctor::document(facts, report, status)) + "\n");
            return status;
        }
        const ui::Terminal& terminal = wiring.out_terminal();
        const doctor::Look look{terminal.interactive && terminal.unicode, wiring.options().quiet, terminal.columns};
        wiring.out().write(doctor::text(report, look, wiring.style_of_out()));
        return status;
    }
};

} // namespace

std::unique_ptr<Command> make_doctor() {
    return std::make_unique<Doctor>();
}

} // namespace codemate::cli
