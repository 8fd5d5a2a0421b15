#include "support/catch.hpp"

#include "codemate/ui/message.hpp"

using namespace codemate;
using namespace codemate::ui;

namespace {

Error not_running() {
    return Error(Kind::unreachable, "nothing is listening on http://127.0.0.1:11434")
        .hint("start it with `ollama serve`")
        .note("tried twice")
        .note("OLLAMA_HOST is not set")
        .context("cannot pull 'qwen3:8b'");
}

} // namespace

TEST_CASE("an error reads as message, notes, hint") {
    CHECK(error_text(not_running(), Style(false)) ==
          "codemate: error: cannot pull 'qwen3:8b': nothing is listening on http://127.0.0.1:11434\n"
          "  tried twice\n"
          "  OLLAMA_HOST is not set\n"
          "hint: start it with `ollama serve`\n");
    CHECK(error_text(Error(Kind::failed, "no"), Style(false)) == "codemate: error: no\n");
    CHECK(error_text(Error(Kind::failed, "no"), Style(true)) == "codemate: \x1b[31merror:\x1b[0m no\n");
}

TEST_CASE("the hint of a kind is shown where the error has none of its own") {
    const std::string hint(default_hint(Kind::usage));
    REQUIRE_FALSE(hint.empty());
    CHECK(error_text(Error(Kind::usage, "no"), Style(false)) == "codemate: error: no\nhint: " + hint + "\n");
}

TEST_CASE("warnings and notes are lines of their own") {
    CHECK(warning_text("old server", Style(false)) == "codemate: warning: old server\n");
    CHECK(note_text("built-in manifest", Style(false)) == "codemate: note: built-in manifest\n");
    CHECK(warning_text("old server", Style(true)) == "codemate: \x1b[33mwarning:\x1b[0m old server\n");
}

TEST_CASE("no control character of a message reaches the terminal") {
    const Error error = Error(Kind::failed, "a\x1b[2Jb\nc").note("d\re").hint("f\x07");
    CHECK(error_text(error, Style(false)) == "codemate: error: a\\x1b[2Jb\\nc\n  d\\re\nhint: f\\x07\n");
    CHECK(warning_text("\x1b]0;x\x07", Style(false)) == "codemate: warning: \\x1b]0;x\\x07\n");
    CHECK(error_text(Error(Kind::failed, std::string(100'000, 'x')), Style(false)).size() < 5000);
}

TEST_CASE("an error in JSON holds hint and notes only where there are any") {
    CHECK(json::to_line(error_json(not_running())) ==
          R"({"kind":"unreachable","message":"cannot pull 'qwen3:8b': nothing is listening on http://127.0.0.1:11434",)"
          R"("hint":"start it with `ollama serve`","notes":["tried twice","OLLAMA_HOST is not set"]})");
    CHECK(json::to_line(error_json(Error(Kind::failed, "a\nb"))) == R"({"kind":"failed","message":"a\nb"})");
}

TEST_CASE("the envelope is ok exactly for status 0") {
    CHECK(json::to_line(envelope("list", 1, 0)) == R"({"schema":"codemate/list/1","ok":true,"status":0})");
    CHECK(json::to_line(envelope("verify", 2, 3)) == R"({"schema":"codemate/verify/2","ok":false,"status":3})");
}
