#pragma once

#include "ollama/ndjson.hpp"

#include "codemate/ollama/server.hpp"

namespace codemate::ollama {

// The stream of one pull: bytes in, events out, and the verdict at its end.
class PullStream {
public:
    using Sink = std::function<Flow(const PullEvent&)>;
    PullStream(const ModelName& model, std::string source, const Sink& sink, Stop stop)
        : model_(model), source_(std::move(source)), sink_(sink), stop_(std::move(stop)) {}

    Flow take(std::string_view bytes); // none: a pulse of silence. Throws what an error line means.

    // The stream ended properly. Throws Error{unreachable} unless its last object was success.
    Flow finish();

    bool begun() const { return begun_; } // some event came

private:
    Flow take_line(std::string_view);

    const ModelName& model_;
    std::string source_;
    const Sink& sink_;
    Stop stop_;
    LineSplitter lines_;
    std::string last_status_;
    bool begun_ = false;
};

// What to do about a stream that broke off.
constexpr std::string_view resume_hint = "pull again: it goes on where it stopped";

} // namespace codemate::ollama
