#include "cli/command.hpp"

#include "cli/commands/du/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::cli {
namespace {

namespace use = lifecycle::du;

class Du final : public Command {
public:
    void declare(Options& options) override {
        options.argument("FILTER", filter_, "only names that begin so, or that fit a pattern with * and ?");
    }

    int run(Wiring& wiring) override {
        const use::Options options{filter_};
        StoreLook look = look_into_store(wiring);
        std::optional<use::Disk> disk;
        if (look.found) disk = {std::move(look.found->inventory), look.found->space};
        const use::Facts facts = use::gather(std::move(disk), wiring.server(), {wiring.stop(), {}});
        const use::Report report = use::examine(facts, options);
        if (wiring.options().json) {
            const std::string directory = look.found ? look.found->path.string() : "";
            const json::Value document = du::document(report, directory, look.why_not, wiring.endpoint());
            wiring.out().write(json::to_pretty(document) + "\n");
        } else {
            wiring.out().write(du::text(report, options, wiring.out_terminal().columns, wiring.style_of_out()));
        }
        say_more(report, look, wiring);
        return done;
    }

private:
    void say_more(const use::Report& report, const StoreLook& look, Wiring& wiring) const {
        if (!look.found) wiring.note(not_checked(look));
        const auto lacking = std::ranges::count_if(report.rows, [](const use::Row& row) { return row.missing > 0; });
        if (lacking > 0)
            wiring.note(counted(static_cast<std::size_t>(lacking), "model") + (lacking == 1 ? " lacks" : " lack") +
                        " blobs that its manifest names; a pull fetches them");
        if (report.disk != nullptr && !report.disk->inventory.orphans_certain && report.orphans > 0)
            wiring.note("a manifest could not be understood, so what counts as orphaned may be a model's");
        if (!report.rows.empty()) return;
        if (filter_)
            wiring.note("no model fits " + quoted(*filter_));
        else
            wiring.note("nothing is installed on this server");
    }

    std::optional<std::string> filter_;
};

} // namespace

std::unique_ptr<Command> make_du() {
    return std::make_unique<Du>();
}

} // namespace codemate::cli
