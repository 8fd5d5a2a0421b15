#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

// The variables OLLAMA_… that Ollama's programs read, by their source at the tags v0.24.0, v0.32.15 and v0.33.0-rc2:
// envconfig/config.go (AsMap), and what else asks for one. What a variable means that stands elsewhere, in a compose
// file for instance, is the same.
namespace codemate::ollama {

struct Variable {
    // How the program reads the value.
    enum class Reads { text, truth, count, span, debug_level, address, directory, origins };

    std::string_view name;
    Reads reads = Reads::text;
    std::string_view since = {}; // the first version that reads it; empty: older than all that matter
    std::string_view until = {}; // the first version that reads it no more; empty: it does still
};
const Variable* find_variable(std::string_view name); // nullptr: Ollama reads no such variable

// What nobody reads, and what does that which was meant: OLLAMA_NUM_THREAD. Empty: none of those that are often met.
std::string_view instead_of(std::string_view name);

// One that other programs read, such as OLLAMA_BASE_URL: no mistake, and none of Ollama's own.
bool is_of_others(std::string_view name);

// The known name that a misspelt one most likely means. Nothing if none is near, or if it is one of others.
std::optional<std::string> meant_by(std::string_view name);

// As Ollama reads it: without white space and quotation marks around it.
std::string_view value_of(std::string_view raw);

// What is wrong with a value, and what it does then.
struct Flaw {
    enum class What {
        opposite, // it means the contrary: OLLAMA_NOPRUNE=no switches it on
        ignored,  // it cannot be read: as if it were not set
        fatal,    // the server does not start
        port,     // it names no port that there is: another one is taken
        web_port, // http:// without a port, which is 80: seldom what is meant
        no_type,  // older versions take their default, newer ones load no model
        literal,  // nobody replaces what stands in it: "~"
    };
    What what;
    std::string why;     // a sentence without its stop; fit for a terminal
    std::string instead; // what to write; may be empty
};
// Nothing: it is as it should be, or empty. Of a name that is not known: nothing.
std::optional<Flaw> flaw_of_value(std::string_view name, std::string_view raw);

bool is_true(std::string_view raw); // as Ollama reads a truth value: also what is none, but for an empty one

} // namespace codemate::ollama
