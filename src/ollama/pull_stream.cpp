#include "ollama/pull_stream.hpp"

#include "ollama/error_text.hpp"
#include "ollama/wire.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::ollama {

namespace {

Error broken_off(std::string why) {
    return Error(Kind::unreachable, std::move(why)).hint(std::string(resume_hint));
}

} // namespace

Flow PullStream::take(std::string_view bytes) {
    if (bytes.empty()) return sink_(PullEvent{.stage = PullEvent::Stage::silence});
    return lines_.feed(bytes, [this](std::string_view line) { return take_line(line); });
}

Flow PullStream::take_line(std::string_view line) {
    throw_if_stopped(stop_); // a piece may hold many lines
    const auto read = wire::pull_line(line, source_);
    if (const auto* failure = std::get_if<wire::Failure>(&read)) throw pull_error(failure->text, model_);
    const auto& event = std::get<PullEvent>(read);
    begun_ = true;
    last_status_ = event.status;
    return sink_(event);
}

Flow PullStream::finish() {
    const std::string_view rest = trimmed(lines_.rest());
    if (!rest.empty()) {
        try {
            if (take_line(rest) == Flow::drop) return Flow::drop;
        } catch (const Error& error) {
            if (error.kind() != Kind::protocol || !rest.starts_with('{')) throw;
            throw broken_off("the server's report on the pull broke off within a line");
        }
    }
    if (last_status_ == wire::success) return Flow::go_on;
    throw broken_off(last_status_.empty()
                         ? "the server ended the pull without a word"
                         : "the server ended the pull without success; its last word was " + quoted(last_status_, 100));
}

} // namespace codemate::ollama
