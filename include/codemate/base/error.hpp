#pragma once

#include "codemate/base/time.hpp"

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate {

// What went wrong, as far as it decides what to do next. Three tables beside it: exit status, worth retrying, default
// hint.
enum class Kind {
    failed,       // an item failed for a reason that has no kind of its own
    usage,        // what was typed or set in the environment cannot be understood
    manifest,     // codemate.json or codemate.lock is wrong
    check,        // a check found problems
    unreachable,  // nothing listens, no such host, cut connection, time-out
    busy,         // 429, 503: the other side asks to come back later
    protocol,     // the answer is not what this protocol says: HTML, half a line, a missing field
    forbidden,    // 403: the server refuses this client (host name, origin)
    unauthorised, // 401: credentials are missing or wrong
    not_found,    // no such model, tag, file
    damaged,      // bytes do not have the digest that they should have
    unsupported,  // the other side is too old or too new for this
    storage,      // no space, no permission, unreadable, locked
    refused,      // a rule forbids it, or consent is missing
    defect,       // a mistake of codemate itself
};

std::string_view to_string(Kind);    // the enumerator's name, as it stands in JSON
int exit_status(Kind);               // docs/cli.md, "Exit status"
bool worth_retrying(Kind);           // the same request may succeed a little later without anybody's doing
std::string_view default_hint(Kind); // what to do next where nobody knows better; may be empty

// The one exception of codemate for what can go wrong. (A stop asked for by the user is Interrupted, in run.hpp.)
class Error : public std::exception {
public:
    Error(Kind, std::string message);

    // Builders, so that a throw stays one expression: throw Error(Kind::usage, "…").hint("…").note("…")
    Error& hint(std::string) &;
    Error&& hint(std::string) &&;
    Error& note(std::string) &; // a further line below the message
    Error&& note(std::string) &&;
    Error& retry_after(Duration) &; // that the other side asks to wait
    Error&& retry_after(Duration) &&;
    Error& context(std::string) &; // what was being done; put before the message, outermost first
    Error&& context(std::string) &&;

    Kind kind() const { return kind_; }
    const std::string& message() const {
        return message_;
    }                         // with its context: "cannot pull 'x': nothing is listening on …"
    std::string hint() const; // the given one, else the kind's, else empty
    const std::vector<std::string>& notes() const { return notes_; }
    std::optional<Duration> retry_after() const { return retry_after_; }
    const char* what() const noexcept override { return message_.c_str(); }

private:
    Kind kind_;
    std::string message_;
    std::string hint_;
    std::vector<std::string> notes_;
    std::optional<Duration> retry_after_;
};

} // namespace codemate
