// What people, and the page of a job, are told beside a command's result.
#include "cli/job_summary.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli {
namespace {

constexpr std::size_t most_annotations = 50; // GitHub shows fewer still of one step

} // namespace

void Wiring::note(const std::string& text) {
    if (!options_.quiet) err_.write(ui::note_text(text, style_of_err()));
}

void Wiring::warn(const std::string& text) {
    err_.write(ui::warning_text(text, style_of_err()));
}

void Wiring::say(const Error& error) {
    err_.write(ui::error_text(error, style_of_err()));
    if (job_summary_) job_summary_->add(error);
    if (!in_github_actions()) return;
    for (const ui::Annotation& annotation : annotations_of(error))
        annotate(annotation);
}

void Wiring::annotate(const ui::Annotation& annotation) {
    if (in_github_actions() && annotated_++ < most_annotations) err_.write_command(ui::workflow_command(annotation));
}

void Wiring::summarize(const std::function<std::string()>& markdown) {
    if (job_summary_) job_summary_->add(markdown());
}

void Wiring::finish_job_summary(std::string_view command, int status) {
    if (!job_summary_ || job_summary_->empty()) return;
    try {
        job_summary_->append(command, status);
    } catch (const Error& error) {
        warn("there is no job summary of this: " + error.message());
    }
}

bool Wiring::in_ci() const {
    return ui::is_set(getenv_, "CI");
}

bool Wiring::in_github_actions() const {
    return ui::is_set(getenv_, "GITHUB_ACTIONS");
}

void Wiring::say_what_is_used() {
    const manifest::Origin& origin = manifest().origin;
    const std::string& server_said = server_version();
    if (options_.quiet) return;
    std::string text = origin.is_built_in() ? "" : "manifest ";
    text += printable(origin.display());
    for (const manifest::Manifest& more : more_manifests())
        text += " and " + printable(more.origin.display());
    err_.write("server " + endpoint().text() + " (ollama " + printable(server_said, 60) + "), " + text + "\n");
}

} // namespace codemate::cli
