#include "cli/command.hpp"

#include "cli/commands/prune/flow.hpp"

#include "codemate/base/error.hpp"

namespace codemate::cli {
namespace {

class Rm final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("NAME", line_.options.targets, "models, by their names");
        options.flag("--force", line_.options.force, "also what the manifest requires or protects");
        options.flag("--dry-run", line_.dry_run, "say what would be done, change nothing");
        options.flag("-y,--yes", line_.yes, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        if (line_.options.targets.empty())
            throw Error(Kind::usage, "rm needs the names of models")
                .hint("`codemate list` shows them; `codemate prune` removes what nothing keeps");
        line_.options.mode = lifecycle::prune::Options::Mode::remove;
        return prune::remove_models(line_, wiring);
    }

    bool takes_several_manifests() const override { return true; }

private:
    prune::Line line_;
};

} // namespace

std::unique_ptr<Command> make_rm() {
    return std::make_unique<Rm>();
}

} // namespace codemate::cli
