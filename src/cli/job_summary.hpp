#pragma once

#include "codemate/base/error.hpp"
#include "codemate/ui/annotation.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::cli {

// What the page of a job of GitHub Actions shows of one run of codemate: a section of Markdown, which is appended to
// the file that GITHUB_STEP_SUMMARY names.
class JobSummary {
public:
    explicit JobSummary(std::filesystem::path file) : file_(std::move(file)) {}

    void add(std::string_view markdown) { body_ += markdown; } // whole blocks, escaped
    void add(const Error&);

    bool empty() const { return body_.empty() && errors_.empty(); }
    std::string section(std::string_view command, int status) const;

    // Error{storage} where it cannot be, or where the file has so much that the runner would take none of it any more.
    void append(std::string_view command, int status) const;

private:
    std::filesystem::path file_;
    std::string body_;
    std::vector<std::string> errors_; // a line of Markdown each
    std::size_t left_out_ = 0;        // errors, where there are too many
};

// Those of a file with mistakes stand at their lines, all else at none: its message, and what to do.
std::vector<ui::Annotation> annotations_of(const Error&);

} // namespace codemate::cli
