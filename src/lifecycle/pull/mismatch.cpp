#include "lifecycle/pull/mismatch.hpp"

#include "codemate/base/text.hpp"

namespace codemate::lifecycle::pull {
namespace {

std::string has_moved(const Step& step) {
    return "the tag has moved; `codemate outdated` says what changed, `codemate lock --upgrade " +
           step.name.display_short() + "` accepts it";
}

} // namespace

Error other_content(const Step& step, const std::optional<Digest>& got, const Digest& wanted, bool relayed) {
    Error error(Kind::check, "the server got " + (got ? got->id() : std::string("content without a digest")) +
                                 " instead of " + wanted.id() + (step.pin ? ", which is locked" : ""));
    if (relayed)
        return error.hint("Ollama before 0.19 writes manifests anew, which changes their digest: update the server");
    return error.hint(has_moved(step));
}

Error moved_away(const Step& step, const Digest& served) {
    return Error(Kind::check,
                 "its tag serves " + served.id() + " now instead of " + step.pin->digest.id() + ", which is locked")
        .hint(has_moved(step));
}

std::optional<std::string> suggestion(const Step& step, const Plan& plan) {
    if (step.declared) return std::nullopt;
    std::vector<std::string> words = plan.known_words;
    std::erase_if(words, [&](const std::string& word) { return equal_ignoring_case(word, step.target); });
    return nearest(step.target, words);
}

} // namespace codemate::lifecycle::pull
