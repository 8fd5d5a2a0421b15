#pragma once

#include "codemate/base/text.hpp"
#include "codemate/ui/progress.hpp"

#include <memory>
#include <string>
#include <string_view>

// The ways to show progress; progress.cpp chooses.
namespace codemate::ui {

std::unique_ptr<Progress> make_bar(const ProgressOptions&, const Terminal&, Out&, const Clock&);
std::unique_ptr<Progress> make_plain(const ProgressOptions&, Out&, const Clock&);
std::unique_ptr<Progress> make_json(Out&, const Clock&);

// Item and text come from servers and files.
Event printable(const Event&);

// What use cases say of what the user has stopped: it is neither ok nor has it failed.
constexpr std::string_view interrupted = "interrupted";

// "ok", "failed" or "interrupted", always as a word.
std::string_view outcome_word(const Event& end);

// How it ended, without the word if that is how the text begins: "failed: no space" says it once.
std::string_view outcome_text(const Event& end);

// Drops what cannot be written: Out reports a failure once, and showing progress is not what the work is about.
enum class Command { no, yes }; // whether it is lines for the runner of GitHub Actions
void write_or_drop(Out&, std::string_view, Command = Command::no);

} // namespace codemate::ui
