#include "codemate/base/error.hpp"

#include <array>
#include <utility>

namespace codemate {
namespace {

struct Row {
    std::string_view name;
    int status;
    bool retry;
    std::string_view hint;
};

// In the order of the enumerators.
constexpr std::array<Row, 15> table{{
    {"failed", 1, false, ""},
    {"usage", 2, false, "run `codemate --help`"},
    {"manifest", 2, false, ""},
    {"check", 3, false, ""},
    {"unreachable", 4, true, ""},
    {"busy", 4, true, "try again a little later"},
    {"protocol", 4, false, "check that OLLAMA_HOST or --host names an Ollama server"},
    {"forbidden", 4, false, ""},
    {"unauthorised", 1, false, ""},
    {"not_found", 5, false, ""},
    {"damaged", 1, true, "run the command again; the damaged part is fetched anew"},
    {"unsupported", 1, false, ""},
    {"storage", 6, false, ""},
    {"refused", 7, false, ""},
    {"defect", 70, false, "this is a defect of codemate; please report it with the command and its output"},
}};
static_assert(table.size() == static_cast<std::size_t>(Kind::defect) + 1);

const Row& row(Kind kind) {
    return table[static_cast<std::size_t>(kind)];
}

} // namespace

std::string_view to_string(Kind kind) {
    return row(kind).name;
}
int exit_status(Kind kind) {
    return row(kind).status;
}
bool worth_retrying(Kind kind) {
    return row(kind).retry;
}
std::string_view default_hint(Kind kind) {
    return row(kind).hint;
}

Error::Error(Kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

Error& Error::hint(std::string text) & {
    hint_ = std::move(text);
    return *this;
}

Error& Error::note(std::string text) & {
    notes_.push_back(std::move(text));
    return *this;
}

Error& Error::retry_after(Duration wait) & {
    retry_after_ = wait;
    return *this;
}

Error&& Error::retry_after(Duration wait) && {
    return std::move(retry_after(wait));
}

Error& Error::context(std::string text) & {
    message_ = std::move(text) + ": " + message_;
    return *this;
}

Error&& Error::hint(std::string text) && {
    return std::move(hint(std::move(text)));
}
Error&& Error::note(std::string text) && {
    return std::move(note(std::move(text)));
}
Error&& Error::context(std::string text) && {
    return std::move(context(std::move(text)));
}

std::string Error::hint() const {
    return hint_.empty() ? std::string(default_hint(kind_)) : hint_;
}

} // namespace codemate
