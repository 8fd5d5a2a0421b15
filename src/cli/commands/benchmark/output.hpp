#pragma once

#include "cli/commands/benchmark/sheet.hpp"

#include <functional>
#include <optional>
#include <string>

namespace codemate::cli {
class Wiring;
}

namespace codemate::cli::benchmark {

// Where the result goes, by --format, --html and --json.
class Output {
public:
    // Error{usage} where they exclude each other.
    static Output of(const std::optional<std::string>& format, const std::optional<std::string>& html, bool json);

    bool is_json() const { return form_ == Form::json; }
    bool is_table() const { return form_ == Form::table; }

    // Error{usage} where it wants a form that shows nothing but figures, and this option measures none.
    void refuse_if_of_figures(const std::string& option) const;

    // Writes the page first, then the result to stdout: `usual` makes table or JSON, of the exit status. Returns that:
    // `status`, but where it means success and the page could not be written, which is said, that failure's.
    int write(const Sheet&, int status, Wiring&, const std::function<std::string(int)>& usual) const;

private:
    enum class Form { table, json, markdown, benchstat };

    int write_page(const Sheet&, int status, Wiring&) const;

    Form form_ = Form::table;
    std::optional<std::string> html_;
};

} // namespace codemate::cli::benchmark
