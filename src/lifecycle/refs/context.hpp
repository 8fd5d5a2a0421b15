#pragma once

#include "lifecycle/refs/keys.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace codemate::lifecycle::refs {

// What stands around a word as far as it says what the word means.
struct Context {
    std::string_view key{};          // whose value it is; may be empty
    KeyForce force = KeyForce::none; // of that key, here
    bool fresh = false;              // directly after the key, or in a list that is its value
    bool option = false;             // the key is a command's: --model NAME
    bool embeds = false;             // the key, or what is called, makes embeddings
};

// Follows keys, brackets and lists over the lines of a text that is no prose. Guesses as a reader does who does not
// know the language: what it cannot know, it leaves empty.
class ContextReader {
public:
    void begin_line(std::string_view line, bool lists_by_dashes);
    void word(std::string_view word, bool quoted); // after its context was asked for
    void mark(char mark, char before, char after, bool space_before);
    void end_line();
    void end_paragraph(); // forgets what is open

    Context context() const;   // of a word that stands here
    bool says_nothing() const; // of a word that stands here: it is the value of no key
    bool inside_brackets() const { return !frames_.empty(); }

private:
    struct Frame {
        char closing = 0;
        std::string_view key, callee, hint; // hint: the last quoted word in it that is a key: getenv("MODEL", …
        KeyForce force = KeyForce::none;    // of its key
        bool embeds = false;                // its key or what is called speaks of that
    };

    void set_key();
    void take_list_key(std::string_view line);
    void open(char mark, bool space_before);
    void close(char mark);
    void comma();
    KeyForce force_around() const;
    bool embeds() const;

    std::vector<Frame> frames_;
    std::string_view line_, key_, last_;
    bool fresh_ = false;       // the value may follow at once
    bool last_quoted_ = false; // of last_
    bool adjacent_ = false;    // nothing but quotes and spaces since last_
    bool in_loop_ = false;     // for model in a b c
    bool option_ = false;      // key_ is an option of a command
    // A key at the end of its line, and the indentation of that line: YAML's lists.
    std::string_view list_key_;
    std::size_t list_indent_ = 0, indent_ = 0;
    bool lists_ = false;
};

} // namespace codemate::lifecycle::refs
