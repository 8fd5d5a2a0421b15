#include "manifest/problems.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::manifest {

void Problems::add(const json::Extent& at, std::string_view path, std::string text, std::string hint) {
    found_.emplace_back(at.begin, Problem{at.line, printable(path), std::move(text), std::move(hint)});
}

std::vector<Problem> Problems::in_order() && {
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Problem> sorted;
    sorted.reserve(found_.size());
    for (auto& [place, problem] : found_)
        sorted.push_back(std::move(problem));
    return sorted;
}

} // namespace codemate::manifest
