#include "cli/references.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/annotation.hpp"

namespace codemate::cli {
namespace {

namespace use = lifecycle::refs;
namespace fs = std::filesystem;

constexpr auto patience_with_server = std::chrono::seconds(1);

bool contains(const fs::path& directory, const fs::path& below) {
    const auto relative = below.lexically_relative(directory);
    return !relative.empty() && *relative.begin() != "..";
}

std::optional<std::vector<ModelName>> installed(Wiring& wiring) {
    const Deadline deadline(wiring.stop(), patience_with_server);
    try {
        std::vector<ModelName> names;
        for (const ollama::Installed& model : wiring.server().installed(deadline.stop()))
            names.push_back(model.name);
        return names;
    } catch (const Error&) {
        return std::nullopt;
    } catch (const Interrupted&) {
        throw_if_stopped(wiring.stop());
        return std::nullopt;
    }
}

} // namespace

std::string Project::shown(const std::string& file) const {
    return (directory / file).lexically_relative(here).string();
}

Project project_of(Wiring& wiring) {
    std::error_code failure;
    const fs::path here = fs::current_path(failure);
    if (failure)
        throw Error(Kind::storage, "cannot tell the current directory: " + failure.message())
            .hint("change into a directory that exists");
    const manifest::Origin& origin = wiring.manifest().origin;
    const fs::path directory = origin.path.lexically_normal().parent_path();
    if (!origin.is_built_in() && contains(directory, here)) return {directory, here};
    return {here, here};
}

use::Facts references_in(const Project& project, const manifest::Lock* lock, AskServer ask, Wiring& wiring) {
    const auto programs = machine::make_programs();
    use::Ports ports{*programs, lock, {}};
    if (ask == AskServer::briefly) ports.installed = [&] { return installed(wiring); };
    return use::gather(project.directory, wiring.manifest(), ports, {wiring.stop(), {}});
}

void warn_of_patterns(const use::Facts& facts, const Project& project, Wiring& wiring) {
    const std::string file = project.shown(std::string(checkout::ignore_file));
    for (const checkout::IgnoreRules::Unsupported& line : facts.not_ignored)
        wiring.warn(file + ":" + std::to_string(line.line) + ": " + quoted(line.pattern, 200) +
                    " leaves nothing out: " + line.why);
}

std::string state_text(const use::Item& item) {
    std::string text(use::to_string(item.state));
    if (item.state == use::State::locked) text = "declared, locked";
    if (!item.text.empty()) text += ": " + item.text;
    if (item.installed == false && !item.is_problem()) text += ", not installed";
    return text;
}

void annotate(const use::Report& report, const Project& project, Wiring& wiring) {
    for (const use::Item& item : report.items) {
        if (!item.is_problem() && item.state != use::State::undeclared) continue;
        const auto level = item.is_problem() ? ui::Annotation::Level::error : ui::Annotation::Level::warning;
        // An absolute path: the runner knows where its workspace is, wherever we were started.
        wiring.annotate({level, (project.directory / item.file).string(), item.mention.line, item.mention.column,
                         printable(item.mention.text) + ": " + state_text(item)});
    }
}

} // namespace codemate::cli
