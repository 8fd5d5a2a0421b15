#include "cli/commands/update/checks.hpp"

#include "cli/store_reach.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/verify.hpp"
#include "codemate/machine/programs.hpp"

#include <algorithm>

namespace codemate::cli::update {
namespace {

using lifecycle::update::Candidate;
using lifecycle::update::Check;

constexpr std::size_t kept_output = 64 * 1024;              // its end
constexpr ByteCount most_output(std::uint64_t{256} << 20U); // more is a mistake of the test

Check skipped(Check::What what, std::string text) {
    return {what, {}, true, true, std::move(text)};
}

// --- the disk --------------------------------------------------------------------------------------------------------

Check check_content(const Candidate& candidate, const Run& run, Wiring& wiring) {
    namespace use = lifecycle::verify;
    std::string doubt;
    use::Ports ports{wiring.server(), [&]() -> registry::Registry& { return wiring.registry_server(); }};
    ports.store = [&](std::vector<ollama::Installed>& installed) {
        lifecycle::locate::Report found = wiring.locate_store(std::move(installed));
        installed = std::move(found.installed);
        use::Reach reach{{}, doubt_about(found)};
        doubt = reach.doubt;
        if (found.store && found.store->proven)
            reach.store = use::Store{found.store->place.path.string(), true, found.store->disk,
                                     std::move(found.store->inventory)};
        return reach;
    };
    ports.verified = wiring.verified_blobs();
    ports.clock = &wiring.clock();
    const use::Options options{{candidate.name.display()}, true};
    const use::Facts facts = use::gather(options, wiring.manifest(), {}, ports, run);
    if (!facts.reach || !facts.reach->store)
        return skipped(Check::What::files,
                       "its files were not read: " +
                           (doubt.empty() ? "the server's models directory is not in reach" : doubt));
    const use::Report report = use::examine(facts);
    if (report.interrupted) throw Interrupted();
    const auto row = std::ranges::find_if(
        report.rows, [&](const use::Row& each) { return each.name.same_on_server(candidate.name); });
    Check check{Check::What::files};
    if (row == report.rows.end()) return skipped(Check::What::files, "its files were not found");
    for (const use::Finding& finding : row->findings) {
        if (finding.severity != use::Severity::problem) continue;
        check.passed = false;
        check.text = finding.text;
        return check;
    }
    check.text = "its layers have their digests";
    if (row->content) check.text = "its " + counted(row->content->blobs, "file") + " have their digests";
    return check;
}

// --- the project's own -----------------------------------------------------------------------------------------------

std::vector<std::string> environment_of(const Candidate& candidate, Wiring& wiring) {
    std::vector<std::string> variables{
        "CODEMATE_MODEL=" + candidate.name.display(), "CODEMATE_PRODUCTION_MODEL=" + candidate.production.display(),
        "CODEMATE_DIGEST=" + candidate.digest.text(), "OLLAMA_HOST=" + wiring.endpoint().text()};
    if (candidate.before) variables.push_back("CODEMATE_DIGEST_BEFORE=" + candidate.before->text());
    return variables;
}

std::string last_line(const std::string& output) {
    std::string last;
    for (const std::string_view line : split(output, '\n')) {
        if (line.find_first_not_of(" \t\r") != std::string_view::npos) last = line;
    }
    return printable(last, 160);
}

Check run_command(const std::string& command, const Candidate& candidate, Duration patience, const Run& run,
                  Wiring& wiring) {
    Check check{Check::What::project, command};
    const SteadyTime began = wiring.clock().steady();
    if (run.events)
        run.events({Event::Type::stage, candidate.production.display_short(), "running " + quoted(command), {}, {}});
    machine::Program program;
    program.command = {"env"};
    for (std::string& variable : environment_of(candidate, wiring))
        program.command.push_back(std::move(variable));
    program.command.insert(program.command.end(), {"sh", "-c", command});
    program.errors = machine::Program::Errors::kept; // in one stream, so that what it says stands in its order
    program.patience = patience;
    program.limit = most_output;
    try {
        machine::Finished finished = machine::make_programs()->run(program, run.stop);
        check.passed = finished.status == 0;
        check.output = finished.output.size() > kept_output
                           ? finished.output.substr(finished.output.size() - kept_output)
                           : std::move(finished.output);
        check.text = "status " + std::to_string(finished.status);
        const std::string last = last_line(check.output);
        if (!check.passed && !last.empty()) check.text += ", its last line: " + last;
    } catch (const Error& error) {
        check.passed = false;
        const bool too_long = wiring.clock().steady() - began >= patience;
        check.text = too_long ? "it did not end within " + to_text(patience)
                              : "it writes more than " + to_string(most_output) + ", or cannot be run";
        diagnostics::info(error.message());
    }
    check.took = wiring.clock().steady() - began;
    return check;
}

} // namespace

Checks content_check(Wiring& wiring) {
    return [&wiring](const Candidate& candidate, const Run& run) -> std::vector<Check> {
        const SteadyTime began = wiring.clock().steady();
        Check check{Check::What::files};
        try {
            check = check_content(candidate, run, wiring);
        } catch (const Error& error) {
            check = skipped(Check::What::files, "its files were not read: " + error.message());
        }
        check.took = wiring.clock().steady() - began;
        return {std::move(check)};
    };
}

Checks project_checks(std::vector<std::string> commands, Duration patience, Wiring& wiring) {
    return [commands = std::move(commands), patience, &wiring](const Candidate& candidate, const Run& run) {
        std::vector<Check> checks;
        for (const std::string& command : commands) {
            checks.push_back(run_command(command, candidate, patience, run, wiring));
            if (!checks.back().passed) break;
        }
        return checks;
    };
}

} // namespace codemate::cli::update
