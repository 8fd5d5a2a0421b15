#include "cli/command.hpp"

#include "cli/commands/update/flow.hpp"
#include "cli/values.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <regex>

namespace codemate::cli {
namespace {

class Update final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", line_.options.targets, "groups, roles, models, all; none: the required set");
        options.values("--validate", "CMD", line_.tests,
                       "a test of the project's own, by the shell; CODEMATE_MODEL names what is to be tested");
        options.value("--prompt", "TEXT", prompt_, "what the new content is asked (default: for a Python function)");
        options.value("--expect", "REGEX", expect_, "what has to be found in its answer");
        options.value("--trial-timeout", "DUR", patience_, "with its answer, and with each --validate (default 10m)");
        options.optional_value(
            "--gate", "10%", gate_,
            "fail if a token takes more than so much longer than in the last benchmark, or there is none");
        options.flag("--accept-new-vectors", line_.options.accept_new_vectors,
                     "go on although an embedding model's vectors have changed");
        options.flag("--no-snapshot", no_snapshot_, "do not keep the content that is replaced");
        options.flag("--force", line_.options.force, "pass the manifest's disk budget");
        options.flag("--dry-run", line_.dry_run, "say what would be done, change nothing");
        options.flag("-y,--yes", line_.yes, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        if (line_.options.targets.empty() && wiring.manifest().origin.how == manifest::Origin::How::built_in) {
            throw Error(Kind::usage, "there is no codemate.json here, so nothing says which models to update")
                .hint("`codemate init` writes one from what is installed; or name the models");
        }
        if (line_.options.force && !wiring.manifest().disk_budget)
            throw Error(Kind::usage, "--force says nothing here: the manifest has no disk budget");
        line_.options.snapshot = !no_snapshot_;
        if (prompt_ && prompt_->empty()) throw Error(Kind::usage, "--prompt: there is nothing in it");
        if (prompt_) line_.options.prompt = *prompt_;
        if (expect_) check(*expect_);
        line_.options.expect = expect_;
        line_.gate = gate_.has_value();
        if (gate_) line_.share = share("--gate", *gate_);
        line_.options.patience = line_.patience;
        if (patience_) line_.options.patience = line_.patience = duration("--trial-timeout", *patience_);
        return update::change_contents(line_, wiring);
    }

private:
    static void check(const std::string& expression) {
        try {
            const std::regex compiled(expression);
        } catch (const std::regex_error&) {
            throw Error(Kind::usage, "--expect: " + codemate::quoted(expression) + " is no regular expression")
                .hint("as in --expect 'def .*hello'");
        }
    }

    update::Line line_;
    std::optional<std::string> prompt_, expect_, patience_, gate_;
    bool no_snapshot_ = false;
};

} // namespace

std::unique_ptr<Command> make_update() {
    return std::make_unique<Update>();
}

} // namespace codemate::cli
