#include "cli/commands/benchmark/output.hpp"

#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

namespace codemate::cli::benchmark {

Output Output::of(const std::optional<std::string>& format, const std::optional<std::string>& html, bool json) {
    if (format && json)
        throw Error(Kind::usage, "--format and --json exclude each other").hint("leave one of them out");
    if (html && (html->empty() || *html == "-"))
        throw Error(Kind::usage, "--html needs a file name").hint("stdout is for the result");
    Output output;
    output.html_ = html;
    if (json) output.form_ = Form::json;
    if (format == "markdown") output.form_ = Form::markdown;
    if (format == "benchstat") output.form_ = Form::benchstat;
    return output;
}

void Output::refuse_if_of_figures(const std::string& option) const {
    std::string wanted;
    if (form_ == Form::markdown) wanted = "--format markdown";
    if (form_ == Form::benchstat) wanted = "--format benchstat";
    if (html_) wanted = "--html";
    if (wanted.empty()) return;
    throw Error(Kind::usage, option + " measures nothing that " + wanted + " could show")
        .hint("--history shows what was measured before");
}

int Output::write_page(const Sheet& sheet, int status, Wiring& wiring) const {
    try {
        write_file_atomically(*html_, html(sheet));
        wiring.note("wrote " + quoted(*html_));
        return status;
    } catch (const Error& error) {
        wiring.say(error);
        return status == done ? exit_status(error.kind()) : status;
    }
}

int Output::write(const Sheet& sheet, int status, Wiring& wiring, const std::function<std::string(int)>& usual) const {
    if (html_) status = write_page(sheet, status, wiring);
    switch (form_) {
    case Form::markdown:
        wiring.out().write(markdown(sheet));
        return status;
    case Form::benchstat:
        for (const Subject& subject : sheet.subjects)
            for (const std::string& remark : subject.remarks)
                wiring.note(subject.name.display() + ": " + remark);
        wiring.out().write(benchstat(sheet));
        return status;
    case Form::table:
    case Form::json:
        break;
    }
    wiring.out().write(usual(status));
    return status;
}

} // namespace codemate::cli::benchmark
