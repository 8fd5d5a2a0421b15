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
        options.flag("--unused", unused_, "only what nothing keeps, by the rules of prune");
        options.flag("--optional", optional_, "with --unused: declared models that are not required, too");
        options.value("--sort", "KEY", sort_, "order", {"name", "size", "modified"});
    }

    int run(Wiring& wiring) override {
        const use::Options options = understood();
        const manifest::Manifest& manifest = wiring.manifest();
        const use::Ports ports{wiring.server(), wiring.clock(), [&] { return wiring.required_elsewhere(); }};
        const use::Facts facts = use::gather(options, manifest, ports, {wiring.stop(), {}});
        const use::Report report = use::examine(facts, options);
        show(report, options, wiring);
        return done;
    }

private:
    use::Options understood() const {
        use::Options options;
        options.filter = filter_;
        if (available_) options.which = use::Which::available;
        if (unused_) options.which = use::Which::unused;
        options.optional_too = optional_;
        if (available_ && unused_)
            throw Error(Kind::usage, "what is --available is not installed, and what is --unused is")
                .hint("name one of the two");
        if (optional_ && !unused_) throw Error(Kind::usage, "--optional belongs to --unused").hint("add --unused");
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
        say_whose_rules(options, wiring);
        if (!report.loaded_is_known)
            wiring.note("the server does not say what is loaded; prune keeps that, and this list may show it");
        if (!report.rows.empty()) return;
        if (options.which == use::Which::unused && report.any_fits) {
            wiring.note("every installed model" + (options.filter ? " that fits " + quoted(*options.filter) : "") +
                        " is kept; `codemate show NAME` says why");
        } else if (options.filter) {
            wiring.note("no model fits " + quoted(*options.filter));
        } else if (options.which == use::Which::installed) {
            wiring.note("nothing is installed on this server; `codemate pull default` installs the required set");
        } else {
            wiring.note("every declared model is installed");
        }
    }

    // A list that prune would not act on says so.
    static void say_whose_rules(const use::Options& options, Wiring& wiring) {
        const manifest::Manifest& manifest = wiring.manifest();
        const bool is_unused = options.which == use::Which::unused;
        if (manifest.origin.how == manifest::Origin::How::built_in) {
            wiring.note(is_unused ? "no codemate.json here, so what is kept is what the built-in manifest keeps; "
                                    "`codemate prune` removes nothing by it unless --manifest builtin is given"
                                  : "no codemate.json here, so role and protection are those of the built-in manifest");
        } else if (is_unused && manifest::required_set(manifest).empty()) {
            wiring.note(printable(manifest.origin.display()) +
                        " requires no model, so `codemate prune` removes nothing by it");
        }
    }

    std::optional<std::string> filter_, sort_;
    bool available_ = false, unused_ = false, optional_ = false;
};

} // namespace

std::unique_ptr<Command> make_list() {
    return std::make_unique<List>();
}

} // namespace codemate::cli
