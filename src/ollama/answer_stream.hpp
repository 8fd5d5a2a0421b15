#pragma once

#include "ollama/ndjson.hpp"

#include "codemate/http/client.hpp"
#include "codemate/ollama/server.hpp"

namespace codemate::ollama {

// The stream of one answer to a prompt: bytes in, chunks out, and the figures at its end.
class AnswerStream {
public:
    using Sink = std::function<Flow(const Chunk&)>;
    AnswerStream(const ModelName& model, std::string source, const Sink& sink, Stop stop)
        : model_(model), source_(std::move(source)), sink_(sink), stop_(std::move(stop)) {}

    Flow take(const http::Piece&); // no bytes: a pulse of silence. Throws what an error line means.

    // The stream ended properly. What stands without an end of line is the last object: servers answer some requests
    // with one object and no line feed (facts.md 11, trap 29). Throws Error{unreachable} if it is not whole.
    Generated finish();

private:
    Flow take_line(std::string_view);

    const ModelName& model_;
    std::string source_;
    const Sink& sink_;
    Stop stop_;
    LineSplitter lines_;
    SteadyTime received_{}; // of the piece that is being read
    std::optional<Generated> final_;
};

} // namespace codemate::ollama
