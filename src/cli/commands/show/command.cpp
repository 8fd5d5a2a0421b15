#include "cli/command.hpp"

#include "cli/commands/show/render.hpp"
#include "cli/commands/targets.hpp"
#include "cli/exit_status.hpp"
#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <charconv>

namespace codemate::cli {
namespace {

namespace use = lifecycle::show;

class Show final : public Command {
public:
    void declare(Options& options) override {
        options.argument("NAME", name_, "a role, or a model's name");
        options.value("--context", "N", context_, "estimate the memory for a context of N tokens");
    }

    int run(Wiring& wiring) override {
        const use::Options options = understood();
        const manifest::Manifest& manifest = wiring.manifest();
        const manifest::Lock& lock = wiring.lock();
        registry::Registry& registry = wiring.registry_server(plain_http_hosts({options.target}, manifest));
        StoreLook look = look_into_store(wiring);
        std::optional<store::Inventory> inventory;
        if (look.found) inventory = std::move(look.found->inventory);
        const use::Ports ports{wiring.server(), registry, wiring.clock(), [&] { return wiring.required_elsewhere(); }};
        const use::Facts facts = use::gather(options, manifest, lock, std::move(inventory), ports, {wiring.stop(), {}});
        const use::Report report = use::examine(facts, options);
        if (wiring.options().json)
            wiring.out().write(json::to_pretty(show::document(report, wiring)) + "\n");
        else
            wiring.out().write(show::text(report, wiring.style_of_out()));
        say_more(report, look, wiring);
        return done;
    }

private:
    use::Options understood() const {
        if (!name_)
            throw Error(Kind::usage, "show which model?").hint("name a role or a model, as in codemate show primary");
        use::Options options{*name_};
        if (context_) options.context = tokens();
        return options;
    }

    std::uint64_t tokens() const {
        std::uint64_t number = 0;
        const char* const end = context_->data() + context_->size();
        const auto [rest, problem] = std::from_chars(context_->data(), end, number);
        if (problem == std::errc{} && rest == end && number > 0) return number;
        throw Error(Kind::usage, "--context: " + quoted(*context_) + " is no number of tokens")
            .hint("a whole number, such as 8192");
    }

    static void say_more(const use::Report& report, const StoreLook& look, Wiring& wiring) {
        if (wiring.manifest().origin.how == manifest::Origin::How::built_in)
            wiring.note("no codemate.json here, so roles, groups and protection are those of the built-in manifest");
        if (!look.found)
            wiring.note(not_checked(look));
        else if (report.installed && !report.installed->cloud() && !report.on_disk)
            wiring.note("disk: not checked, " + quoted(look.found->path.string()) +
                        " does not have the model as the server lists it");
        if (report.unreadable) wiring.warn("the server cannot read it: " + report.unreadable->message());
    }

    std::optional<std::string> name_, context_;
};

} // namespace

std::unique_ptr<Command> make_show() {
    return std::make_unique<Show>();
}

} // namespace codemate::cli
