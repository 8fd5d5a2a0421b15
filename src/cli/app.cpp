#include "cli/app.hpp"

#include "cli/completion.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"
#include "cli/man.hpp"
#include "cli/pager.hpp"
#include "cli/parse.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/base/version.hpp"
#include "codemate/ui/message.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <span>
#include <unistd.h>

namespace codemate::cli {
namespace {

// A standard stream that is closed would be taken by the first file or connection that is opened, and that would get
// our output. Opened for reading only, writing to it fails as it should.
void occupy_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) < 0) return;
    }
}

const char* environment(const char* name) {
    return std::getenv(name);
}

std::string schema_name(const Invocation& invocation) {
    return invocation.info == nullptr ? "error" : invocation.info->name;
}

int schema_version(const Invocation& invocation) {
    return invocation.info == nullptr ? 1 : invocation.info->json_schema;
}

void write_json(Wiring& wiring, const json::Value& document) {
    wiring.out().write(json::to_pretty(document) + "\n");
}

int print_version(Wiring& wiring) {
    if (!wiring.options().json) {
        wiring.out().write("codemate " + std::string(version()) + "\n");
        return done;
    }
    json::Value document = ui::envelope("version", 1, done);
    write_json(wiring, document.set("version", version()));
    return done;
}

int print_help(const Invocation& invocation, Wiring& wiring) {
    if (invocation.manual && invocation.info != nullptr && wiring.out_terminal().interactive &&
        !wiring.options().json && shown_by_man(manual_page(*invocation.info).text, environment))
        return done;
    const std::string text = invocation.info == nullptr ? help_text() : help_text(*invocation.info);
    if (!wiring.options().json) {
        wiring.out().write(text);
        return done;
    }
    json::Value document = ui::envelope("help", 1, done);
    if (invocation.info != nullptr) document.set("command", invocation.info->name);
    write_json(wiring, document.set("text", text));
    return done;
}

int run_command(Invocation& invocation, Wiring& wiring) {
    wiring.start_diagnostics();
    if (invocation.global.help) return print_help(invocation, wiring);
    if (invocation.global.version) return print_version(wiring);
    return invocation.command->run(wiring);
}

// The last resort for an error. Writing can fail itself (a full disk behind a redirection): the status still says it
// all.
int report(const Error& error, const Invocation& invocation, Wiring& wiring) {
    const int status = exit_status(error.kind());
    try {
        wiring.say(error);
        if (invocation.global.json) {
            json::Value document = ui::envelope(schema_name(invocation), schema_version(invocation), status);
            write_json(wiring, document.set("error", ui::error_json(error)));
        }
    } catch (const Error& second) {
        diagnostics::warning(second.message());
    }
    return status;
}

int report_interruption(const Invocation& invocation, Wiring& wiring) {
    if (const auto error = wiring.out_of_time()) return report(*error, invocation, wiring);
    const int status = wiring.status_when_interrupted();
    try {
        wiring.err().write("codemate: interrupted\n");
        if (invocation.global.json) {
            json::Value document = ui::envelope(schema_name(invocation), schema_version(invocation), status);
            write_json(wiring, document.set("interrupted", true));
        }
    } catch (const Error& failure) {
        diagnostics::warning(failure.message());
    }
    return status;
}

int status_of(Invocation& invocation, const std::optional<Error>& refusal, Wiring& wiring) {
    try {
        if (refusal) return report(*refusal, invocation, wiring);
        return run_command(invocation, wiring);
    } catch (const Interrupted&) {
        return report_interruption(invocation, wiring);
    } catch (const Error& error) {
        return report(error, invocation, wiring);
    } catch (const std::bad_alloc&) {
        return report(Error(Kind::storage, "out of memory").hint("close other programs"), invocation, wiring);
    } catch (const std::exception& surprise) {
        return report(Error(Kind::defect, "unexpected: " + printable(surprise.what())), invocation, wiring);
    }
}

// Whatever becomes of it, it is no part of the work.
void finish_job_summary(const Invocation& invocation, int status, Wiring& wiring) {
    try {
        wiring.finish_job_summary(invocation.info == nullptr ? "" : invocation.info->name, status);
    } catch (const std::exception& failure) {
        diagnostics::warning(failure.what());
    }
}

int run(const std::vector<std::string>& arguments, const Signals& signals) {
    if (!arguments.empty() && arguments.front() == completion_call)
        return complete(std::span(arguments).subspan(1), environment, signals);
    Invocation invocation;
    std::optional<Error> refusal;
    try {
        parse(arguments, invocation);
    } catch (const Error& error) {
        refusal = error;
    }
    Wiring wiring(invocation.global, environment, signals);
    const int status = status_of(invocation, refusal, wiring);
    finish_job_summary(invocation, status, wiring);
    return status;
}

} // namespace

int run_program(const std::vector<std::string>& arguments) {
    occupy_standard_streams();
    try {
        const Signals signals;
        return run(arguments, signals);
    } catch (const std::exception& failure) {
        // Before anything that could report it better is there: no thread, no memory.
        ui::Out(STDERR_FILENO, ui::Out::Failure::dropped)
            .write("codemate: error: cannot start: " + printable(failure.what()) + "\n");
        return exit_status(Kind::storage);
    }
}

} // namespace codemate::cli
