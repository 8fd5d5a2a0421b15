#include "manifest/words.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"

#include <algorithm>

namespace codemate::manifest {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view word_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
constexpr std::size_t longest_word = 80;

bool consists_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// One to three numbers with points between them.
bool is_number_row(std::string_view text) {
    const auto numbers = split(text, '.');
    return numbers.size() <= 3 && std::all_of(numbers.begin(), numbers.end(), [](std::string_view number) {
               return consists_of(number, digits) && number.size() <= 9;
           });
}

template<typename Parse>
auto parsed(const Spelled& word, Problems& problems, Parse parse) -> std::optional<decltype(parse(word.text))> {
    try {
        return parse(word.text);
    } catch (const Error& error) {
        problems.add(word, error.message());
        return std::nullopt;
    }
}

} // namespace

std::optional<ModelName> model_name(const Spelled& word, Problems& problems) {
    if (word.text.find("://") != std::string::npos) {
        problems.add(word, quoted(word.text, 100) +
                               " is a URL; expected a model name, host/owner/model:tag, without http:// or https://");
        return std::nullopt;
    }
    std::optional<ModelName> name = parsed(word, problems, &ModelName::parse);
    if (name && name->misread_by_server()) {
        problems.add(word, "Ollama takes the tag " + quoted(name->tag()) +
                               " for the place where a model runs, and would act on another model");
        return std::nullopt;
    }
    return name;
}

std::optional<NamePattern> name_pattern(const Spelled& word, Problems& problems) {
    return parsed(word, problems, &NamePattern::parse);
}

void check_word(const Spelled& word, std::string_view what, Problems& problems) {
    if (word.text.empty()) return; // reported by the reader
    const bool good = consists_of(word.text, word_characters) && word.text.front() != '-' && word.text.front() != '.';
    if (good && word.text.size() <= longest_word) return;
    problems.add(word, "the name of a " + std::string(what) +
                           " has up to 80 letters, digits, _ - and ., and begins with a letter, a digit or _");
}

void check_version(const Spelled& word, Problems& problems) {
    const std::string_view text = word.text;
    const std::size_t suffix = std::min(text.find_first_of("-+"), text.size());
    const bool good_suffix = suffix == text.size() || consists_of(text.substr(suffix + 1), word_characters);
    if (is_number_row(text.substr(0, suffix)) && good_suffix) return;
    problems.add(word, "expected a version such as \"0.4.0\", found " + quoted(text, 100));
}

void check_requirement(const Spelled& word, Problems& problems) {
    std::string_view text = word.text;
    if (text.starts_with(">=") && is_number_row(trimmed(text.substr(2)))) return;
    problems.add(word, "expected a server version such as \">=0.21\", found " + quoted(text, 100));
}

void check_digest(const Spelled& word, Problems& problems) {
    if (word.text.starts_with("sha256:") && Digest::parse(word.text)) return;
    problems.add(word, "expected a digest (sha256: and 64 hexadecimal digits), found " + quoted(word.text, 100));
}

void check_mirror(const Spelled& word, Problems& problems) {
    if (Mirror::parse(word.text)) return;
    problems.add(word, "expected a registry such as \"https://registry.lan:5000\" or \"https://registry.corp/models\", "
                       "found " +
                           quoted(word.text, 100));
}

} // namespace codemate::manifest
