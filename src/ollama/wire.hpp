#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/ollama/listing.hpp"
#include "codemate/ollama/types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Ollama's JSON (api/types.go) to values, tolerant of what other versions leave out or send otherwise: digests with and
// without prefix, "sha256:model", nineteen zeros, families null, numbers that are zero and therefore absent.
// `source` is who answered, for messages. Throws Error{protocol}; Interrupted soon after a stop.
namespace codemate::ollama::wire {

std::string version(std::string_view body, std::string_view source);

// In the server's order. Entries whose name cannot be a model's are left out with a warning. More than a hundred
// thousand are no list.
std::vector<Installed> installed(std::string_view body, std::string_view source, const Stop& = {});

Listing listing(std::string_view body, std::string_view source, const Stop& = {}); // likewise, and how many those are

std::vector<Running> running(std::string_view body, std::string_view source, const Stop& = {}); // likewise
Shown shown(std::string_view body, std::string_view source, const Stop& = {});

struct Failure {
    std::string text; // of the line's member "error"
};
std::variant<PullEvent, Failure> pull_line(std::string_view line, std::string_view source);

// One object of an answer's stream, or the whole answer to load and unload.
struct AnswerLine {
    std::string text, thinking;
    bool done = false;
    Generated figures; // of the final one
};
std::variant<AnswerLine, Failure> answer_line(std::string_view line, std::string_view source);

Embedded embedded(std::string_view body, std::string_view source); // the answer to embed

constexpr std::string_view success = "success"; // the status of a pull's last line

// The member "error" of a body, if it is JSON with such a member.
std::optional<std::string> error_member(std::string_view body);
std::string member(std::string_view body, std::string_view key); // a string member of a JSON object, else empty

// What came is no answer of an Ollama server: HTML, plain text.
Error not_ollama(std::string_view text, std::string_view source);

} // namespace codemate::ollama::wire
