#include "codemate/rules/filter.hpp"

#include "codemate/base/text.hpp"

#include <string_view>

namespace codemate::rules {
namespace {

// As a shell reads * and ?, letter case ignored.
bool matches_glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() &&
                   (pattern[p] == '?' || equal_ignoring_case(pattern.substr(p, 1), text.substr(t, 1)))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

} // namespace

bool fits_filter(const ModelName& name, const std::optional<std::string>& filter) {
    if (!filter) return true;
    const std::string text = name.display();
    if (filter->find_first_of("*?") != std::string::npos) return matches_glob(*filter, text);
    return equal_ignoring_case(std::string_view(text).substr(0, filter->size()), *filter);
}

} // namespace codemate::rules
