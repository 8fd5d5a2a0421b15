#include "cli/job_summary.hpp"

#include "cli/exit_status.hpp"

#include "codemate/base/descriptor.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace codemate::cli {
namespace {

constexpr std::size_t most_errors = 50;
constexpr std::size_t most_notes = 20;            // of an error
constexpr std::size_t longest_message = 2000;     // bytes
constexpr std::size_t page_of_a_step = 1U << 20U; // bytes that the runner takes of one step; of more it takes nothing

std::string escaped(std::string_view text) {
    return ui::markdown_escaped(printable(text, longest_message));
}

// "a check found problems (status 3)"
std::string in_words(int status) {
    const auto& table = status_table();
    const auto row = std::ranges::find(table, status, &StatusRow::status);
    const bool by_signal = status >= status_of_signal(1);
    const std::string meaning = by_signal ? "interrupted" : row == table.end() ? "failed" : row->meaning;
    return meaning + " (status " + std::to_string(status) + ")";
}

void write_all(int fd, std::string_view text, const std::filesystem::path& file) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno(errno, "write", file);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// "line 3: /roles: …"; 0: no such beginning.
std::size_t line_in(std::string_view note) {
    constexpr std::string_view before = "line ";
    if (!note.starts_with(before)) return 0;
    std::size_t line = 0;
    const char* const end = note.data() + note.size();
    const auto number = std::from_chars(note.data() + before.size(), end, line);
    return number.ptr != end && *number.ptr == ':' ? line : 0;
}

// Of "./codemate.json has 2 mistakes"; empty where it is none, as that of the built-in manifest.
std::string file_with_mistakes(const Error& error) {
    const std::size_t end = error.message().rfind(" has ");
    if (error.kind() != Kind::manifest || end == std::string::npos) return {};
    std::error_code none;
    const std::filesystem::path file = error.message().substr(0, end);
    if (!std::filesystem::is_regular_file(file, none)) return {};
    return std::filesystem::absolute(file, none).lexically_normal().string();
}

std::string heading(std::string_view command, int status) {
    std::string text = "### " + std::string(status == done ? "✅" : "❌") + " codemate";
    if (!command.empty()) text += " " + ui::markdown_escaped(command);
    if (status != done) text += ": " + in_words(status);
    return text + "\n\n";
}

} // namespace

void JobSummary::add(const Error& error) {
    if (errors_.size() == most_errors) {
        ++left_out_;
        return;
    }
    std::string line = "- " + escaped(error.message());
    const auto& notes = error.notes();
    for (std::size_t i = 0; i < std::min(notes.size(), most_notes); ++i)
        line += "<br>" + escaped(notes[i]);
    if (notes.size() > most_notes) line += "<br>and " + std::to_string(notes.size() - most_notes) + " more, in the log";
    if (const std::string hint = error.hint(); !hint.empty()) line += "<br>**hint:** " + escaped(hint);
    errors_.push_back(line + "\n");
}

std::string JobSummary::section(std::string_view command, int status) const {
    std::string text = heading(command, status) + body_;
    if (!body_.empty()) text += "\n";
    for (const std::string& error : errors_)
        text += error;
    if (left_out_ > 0) text += "- and " + std::to_string(left_out_) + " more, in the log\n";
    return text + (errors_.empty() ? "" : "\n");
}

void JobSummary::append(std::string_view command, int status) const {
    // A pipe or a terminal is no page, and must not hold us up.
    const Descriptor fd(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
    if (fd.get() < 0) throw_errno(errno, "write", file_);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) throw_errno(errno, "write", file_);
    if (!S_ISREG(facts.st_mode)) throw Error(Kind::storage, quoted(file_.string()) + " is no regular file");
    const auto fits = [&](const std::string& text) {
        return static_cast<std::size_t>(facts.st_size) + text.size() <= page_of_a_step;
    };
    std::string text = section(command, status);
    if (!fits(text)) text = heading(command, status) + "The result is too long for this page; it is in the log.\n\n";
    if (!fits(text)) throw Error(Kind::storage, quoted(file_.string()) + " would be longer than the runner takes");
    write_all(fd.get(), text, file_);
}

std::vector<ui::Annotation> annotations_of(const Error& error) {
    std::vector<ui::Annotation> all;
    const std::string file = file_with_mistakes(error);
    for (const std::string& note : error.notes()) {
        if (file.empty()) break;
        if (const std::size_t line = line_in(note); line != 0)
            all.push_back({ui::Annotation::Level::error, file, line, 0, printable(note, longest_message)});
    }
    if (!all.empty()) return all;
    const std::string hint = error.hint();
    return {{ui::Annotation::Level::error, file, 0, 0,
             printable(error.message() + (hint.empty() ? "" : "; " + hint), longest_message)}};
}

} // namespace codemate::cli
