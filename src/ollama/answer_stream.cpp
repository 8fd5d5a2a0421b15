#include "ollama/answer_stream.hpp"

#include "ollama/error_text.hpp"
#include "ollama/wire.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::ollama {

Flow AnswerStream::take(const http::Piece& piece) {
    received_ = piece.received;
    if (piece.bytes.empty()) return sink_(Chunk{.received = received_, .silence = true});
    return lines_.feed(piece.bytes, [this](std::string_view line) { return take_line(line); });
}

Flow AnswerStream::take_line(std::string_view line) {
    throw_if_stopped(stop_); // a piece may hold many lines
    auto read = wire::answer_line(line, source_);
    if (const auto* failure = std::get_if<wire::Failure>(&read)) throw generate_error(failure->text, model_);
    auto& answer = std::get<wire::AnswerLine>(read);
    final_.reset(); // whatever comes behind the final object, it was not the last one
    if (answer.done) final_ = std::move(answer.figures);
    return sink_(Chunk{received_, std::move(answer.text), std::move(answer.thinking)});
}

Generated AnswerStream::finish() {
    const std::string_view rest = trimmed(lines_.rest());
    if (!rest.empty()) {
        try {
            if (take_line(rest) == Flow::drop) return {.end = Generated::End::dropped};
        } catch (const Error& error) {
            if (error.kind() != Kind::protocol || !rest.starts_with('{')) throw;
            throw Error(Kind::unreachable, "the server's answer broke off within a line");
        }
    }
    return final_ ? *final_ : Generated{.end = Generated::End::without_final};
}

} // namespace codemate::ollama
