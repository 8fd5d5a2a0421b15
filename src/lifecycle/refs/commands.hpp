#pragma once

#include <string_view>

namespace codemate::lifecycle::refs {

// Follows the words of a line for commands that have a model's name among their arguments: ollama pull NAME,
// model-pull.sh NAME, codemate show NAME. Quotation marks, commas and brackets between the words are nothing to it:
// ["ollama", "pull", "mistral"] is one.
class CommandReader {
public:
    enum class Word {
        other,
        argument, // in the place of a name
        target,   // likewise, but groups and roles may stand there too
    };
    Word next(std::string_view word); // each word in turn; cheap while there is no command
    void end();                       // of the command: a line, ; | & and the like

    bool under_way() const { return state_ != State::none; }
    bool is_of_docker() const { return docker_ == Docker::images; } // whose names are those of images

private:
    enum class State { none, ollama, codemate, arguments };
    enum class Docker { none, named, images };

    void follow_docker(std::string_view word);
    Word argument(std::string_view word);
    void expect(int count, Word kind);

    State state_ = State::none;
    Docker docker_ = Docker::none;
    Word kind_ = Word::other;
    int left_ = 0;           // arguments to come
    bool skip_next_ = false; // the value of an option, or a role
};

} // namespace codemate::lifecycle::refs
