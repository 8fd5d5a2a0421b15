#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codemate::checkout {

// A pattern of gitignore, without the slashes at both ends: * and ? stay within one step of a path, [a-z] and [!a-z]
// are one character, \ takes the next as it is, and ** as a whole step stands for any number of them (at the end: for
// one at least). Elsewhere ** is *.
class Glob {
public:
    static constexpr std::size_t longest = 1000;

    // Why a pattern is not supported; nothing: it is.
    static std::optional<std::string> objection(std::string_view pattern);

    explicit Glob(std::string_view pattern); // that there is no objection to

    // Whether it fits the whole path. Time grows with the product of both lengths, whatever the pattern.
    bool fits(std::string_view path) const;

private:
    std::vector<std::string> steps_;
};

} // namespace codemate::checkout
