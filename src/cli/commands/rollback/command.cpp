#include "cli/command.hpp"

#include "cli/commands/update/flow.hpp"

#include "codemate/base/error.hpp"

namespace codemate::cli {
namespace {

class Rollback final : public Command {
public:
    void declare(Options& options) override {
        options.argument("NAME", name_, "a model, or NAME@sha256:… of a content that it had");
        options.flag("--dry-run", line_.dry_run, "say what would be done, change nothing");
        options.flag("-y,--yes", line_.yes, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        if (!name_)
            throw Error(Kind::usage, "rollback needs the name of a model").hint("as in `codemate rollback mistral`");
        line_.verb = update::Line::Verb::rollback;
        line_.options.targets = {*name_};
        return update::change_contents(line_, wiring);
    }

private:
    update::Line line_;
    std::optional<std::string> name_;
};

} // namespace

std::unique_ptr<Command> make_rollback() {
    return std::make_unique<Rollback>();
}

} // namespace codemate::cli
