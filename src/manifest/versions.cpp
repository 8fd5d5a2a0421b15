#include "codemate/base/text.hpp"
#include "codemate/manifest/releases.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace codemate::manifest {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view identifier = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

bool consists_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_number(std::string_view text) {
    return consists_of(text, digits) && text.size() <= 9 && (text.size() == 1 || text.front() != '0');
}

struct Parts {
    std::string_view numbers, before, build; // "1.2.3", "rc.1", "7"
    bool has_before = false, has_build = false;
};

Parts parts_of(std::string_view text) {
    Parts parts;
    if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
        parts.has_build = true;
        parts.build = text.substr(plus + 1);
        text = text.substr(0, plus);
    }
    if (const std::size_t minus = text.find('-'); minus != std::string_view::npos) {
        parts.has_before = true;
        parts.before = text.substr(minus + 1);
        text = text.substr(0, minus);
    }
    parts.numbers = text;
    return parts;
}

bool are_identifiers(std::string_view text) {
    const auto words = split(text, '.');
    return std::ranges::all_of(words, [](std::string_view word) { return consists_of(word, identifier); });
}

std::array<std::uint64_t, 3> numbers_of(std::string_view text) {
    std::array<std::uint64_t, 3> numbers{};
    std::size_t at = 0;
    for (const std::string_view part : split(text, '.')) {
        if (at == numbers.size()) break;
        std::from_chars(part.data(), part.data() + part.size(), numbers[at++]);
    }
    return numbers;
}

// Numbers come before words, by their value; a row that goes on comes after one that ends.
std::weak_ordering compare_identifiers(std::string_view a, std::string_view b) {
    const auto left = split(a, '.');
    const auto right = split(b, '.');
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const bool number = is_number(left[i]);
        if (number != is_number(right[i])) return number ? std::weak_ordering::less : std::weak_ordering::greater;
        const std::weak_ordering order =
            number ? std::weak_ordering(numbers_of(left[i]) <=> numbers_of(right[i])) : left[i] <=> right[i];
        if (order != 0) return order;
    }
    return left.size() <=> right.size();
}

} // namespace

bool is_semantic_version(std::string_view text) {
    const Parts parts = parts_of(text);
    const auto numbers = split(parts.numbers, '.');
    return numbers.size() == 3 && std::ranges::all_of(numbers, is_number) &&
           (!parts.has_before || are_identifiers(parts.before)) && (!parts.has_build || are_identifiers(parts.build));
}

std::weak_ordering compare_versions(std::string_view a, std::string_view b) {
    const Parts left = parts_of(a);
    const Parts right = parts_of(b);
    const std::weak_ordering numbers = numbers_of(left.numbers) <=> numbers_of(right.numbers);
    if (numbers != 0) return numbers;
    if (left.has_before != right.has_before)
        return left.has_before ? std::weak_ordering::less : std::weak_ordering::greater;
    return compare_identifiers(left.before, right.before);
}

} // namespace codemate::manifest
