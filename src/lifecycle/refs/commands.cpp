#include "lifecycle/refs/commands.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::refs {
namespace {

using namespace std::string_view_literals;

struct Verb {
    std::string_view word;
    int names;
};
constexpr int many = 1000;
constexpr std::array ollama_verbs = {Verb{"pull", 1}, Verb{"run", 1},  Verb{"show", 1}, Verb{"rm", many},
                                     Verb{"cp", 2},   Verb{"push", 1}, Verb{"stop", 1}, Verb{"create", 1}};
constexpr std::array codemate_verbs = {Verb{"pull", many},     Verb{"rm", many},        Verb{"show", 1},
                                       Verb{"verify", many},   Verb{"benchmark", many}, Verb{"bench", many},
                                       Verb{"lock", many},     Verb{"outdated", many},  Verb{"update", many},
                                       Verb{"rollback", many}, Verb{"use", 1}};
constexpr std::array with_value = {"--keepalive"sv, "--format"sv, "-f"sv,       "--file"sv, "-q"sv,
                                   "--quantize"sv,  "--think"sv,  "--host"sv,   "--jobs"sv, "--manifest"sv,
                                   "--lock"sv,      "--wait"sv,   "--timeout"sv};
constexpr std::array docker_verbs = {"run"sv, "pull"sv, "push"sv, "tag"sv, "build"sv, "create"sv, "save"sv, "rmi"sv};

template<typename Verbs>
const Verb* find(const Verbs& verbs, std::string_view word) {
    const auto found = std::find_if(verbs.begin(), verbs.end(), [&](const Verb& verb) { return verb.word == word; });
    return found == verbs.end() ? nullptr : &*found;
}

template<typename Words>
bool has(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view program_of(std::string_view word) {
    const auto slash = word.rfind('/');
    return slash == std::string_view::npos ? word : word.substr(slash + 1);
}

} // namespace

void CommandReader::end() {
    *this = {};
}

void CommandReader::expect(int count, Word kind) {
    state_ = State::arguments;
    left_ = count;
    kind_ = kind;
    skip_next_ = false;
}

void CommandReader::follow_docker(std::string_view word) {
    if (word == "docker" || word == "podman")
        docker_ = Docker::named;
    else if (docker_ == Docker::named && !word.starts_with('-'))
        docker_ = has(docker_verbs, word) ? Docker::images : Docker::none;
}

CommandReader::Word CommandReader::argument(std::string_view word) {
    if (word.starts_with('-')) {
        skip_next_ = has(with_value, word);
        return Word::other;
    }
    if (skip_next_) {
        skip_next_ = false;
        return Word::other;
    }
    if (--left_ <= 0) state_ = State::none;
    return kind_;
}

CommandReader::Word CommandReader::next(std::string_view word) {
    const bool idle = state_ == State::none && docker_ == Docker::none;
    // The programs' names end so: ollama, codemate, model-pull.sh, docker, podman.
    if (idle && std::string_view("aehrn").find(word.back()) == std::string_view::npos) return Word::other;
    follow_docker(word);
    const std::string_view program = program_of(word);
    if (program == "ollama") {
        state_ = State::ollama;
        return Word::other;
    }
    if (program == "codemate") {
        state_ = State::codemate;
        return Word::other;
    }
    if (program == "model-pull.sh") {
        expect(1, Word::target);
        return Word::other;
    }
    if (state_ == State::arguments) return argument(word);
    if (state_ == State::none || word.starts_with('-')) return Word::other;
    const Verb* const verb = state_ == State::ollama ? find(ollama_verbs, word) : find(codemate_verbs, word);
    if (verb == nullptr) {
        state_ = State::none;
        return Word::other;
    }
    expect(verb->names, state_ == State::ollama ? Word::argument : Word::target);
    skip_next_ = word == "use"; // its role
    return Word::other;
}

} // namespace codemate::lifecycle::refs
