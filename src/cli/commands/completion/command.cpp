#include "cli/command.hpp"

#include "cli/completion.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli {
namespace {

class Completion final : public Command {
public:
    void declare(Options& options) override { options.argument("SHELL", shell_, "bash, zsh or fish"); }

    int run(Wiring& wiring) override {
        if (!shell_) throw Error(Kind::usage, "a shell has to be named").hint("write it so: codemate completion bash");
        const std::string& shell = *shell_;
        const std::string_view script = completion_script(shell);
        if (script.empty()) {
            throw Error(Kind::usage, "there is no completion for " + quoted(shell))
                .hint("there is one for bash, zsh and fish");
        }
        if (wiring.options().json) {
            json::Value document = ui::envelope("completion", 1, done);
            document.set("shell", shell).set("script", script);
            wiring.out().write(json::to_pretty(document) + "\n");
        } else {
            wiring.out().write(script);
        }
        return done;
    }

private:
    std::optional<std::string> shell_;
};

} // namespace

std::unique_ptr<Command> make_completion() {
    return std::make_unique<Completion>();
}

} // namespace codemate::cli
