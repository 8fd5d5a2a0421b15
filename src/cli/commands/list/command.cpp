#include "cli/command.hpp"

#include "cli/commands/list/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::list;

class List final : public Command {
public:
    void declare(Options& options) override {
        options.argument("FILTER", filter_, "only names that begin so, or that fit a pattern with * and ?");
        options.flag("--available", available_, "what is declared, but not installed");
        options.value("--sort", "KEY", sort_, "order", {"name", "size", "modified"});
    }

    int run(Wiring& wiring) override {
        const use::Options options = understood();
        const manifest::Manifest& manifest = wiring.manifest();
        const use::Facts facts = use::gather(manifest, {wiring.server(), wiring.clock()}, {wiring.stop(), {}});
        const use::Report report = use::examine(facts, options);
        show(report, options, wiring);
        return done;
    }

private:
    use::Options understood() const {
        use::Options options;
        options.filter = filter_;
        if (available_) options.which = use::Which::available;
        if (sort_ == "size") options.sort = use::SortKey::size;
        if (sort_ == "modified") options.sort = use::SortKey::modified;
        if (available_ && options.sort == use::SortKey::modified) {
            throw Error(Kind::usage, "--sort modified says nothing about models that are not installed")
                .hint("leave --available out, or sort by name or size");
        }
        return options;
    }

    static void show(const use::Report& report, const use::Options& options, Wiring& wiring) {
        if (wiring.options().json) {
            wiring.out().write(json::to_pretty(list::document(report, options, wiring.manifest(), wiring.endpoint())) +
                               "\n");
            return;
        }
        wiring.out().write(list::text(report, options, wiring.out_terminal().columns));
        if (wiring.manifest().origin.how == manifest::Origin::How::built_in) {
            wiring.note("no codemate.json here, so role and protection are those of the built-in manifest");
        }
        if (!report.rows.empty()) return;
        if (options.filter) {
            wiring.note("no model fits " + quoted(*options.filter));
        } else if (options.which == use::Which::installed) {
            wiring.note("nothing is installed on this server; `codemate pull default` installs the required set");
        } else {
            wiring.note("every declared model is installed");
        }
    }

    std::optional<std::string> filter_, sort_;
    bool available_ = false;
};

} // namespace

std::unique_ptr<Command> make_list() {
    return std::make_unique<List>();
}

} // namespace codemate::cli
