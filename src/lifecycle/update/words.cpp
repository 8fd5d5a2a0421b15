#include "codemate/lifecycle/update.hpp"

#include <algorithm>

namespace codemate::lifecycle::update {

std::string_view to_string(Step::Do what) {
    switch (what) {
    case Step::Do::replace:
        return "replace";
    case Step::Do::adopt:
        return "adopt";
    case Step::Do::record:
        return "record";
    case Step::Do::nothing:
        return "nothing";
    case Step::Do::refuse:
        break;
    }
    return "refuse";
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::updated:
        return "updated";
    case Outcome::rolled_back:
        return "rolled_back";
    case Outcome::locked:
        return "locked";
    case Outcome::recorded:
        return "recorded";
    case Outcome::unchanged:
        return "unchanged";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not_started";
}

std::string in_words(Outcome outcome) {
    std::string words(to_string(outcome));
    std::ranges::replace(words, '_', ' ');
    return words;
}

std::string_view to_string(Check::What what) {
    switch (what) {
    case Check::What::content:
        return "content";
    case Check::What::files:
        return "files";
    case Check::What::answer:
        return "answer";
    case Check::What::vectors:
        return "vectors";
    case Check::What::project:
        return "project";
    case Check::What::speed:
        break;
    }
    return "speed";
}

} // namespace codemate::lifecycle::update
