#pragma once

#include "codemate/json/value.hpp"
#include "codemate/manifest/manifest.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::manifest {

// A word of the manifest's text and where it stands.
struct Spelled {
    std::string text;
    json::Extent at;
    std::string path;
};

// Collects what is wrong, from whichever check finds it first; gives it back in the order of the text.
class Problems {
public:
    void add(const json::Extent& at, std::string_view path, std::string text, std::string hint = {});
    void add(const Spelled& where, std::string text, std::string hint = {}) {
        add(where.at, where.path, std::move(text), std::move(hint));
    }
    bool none() const { return found_.empty(); }
    std::vector<Problem> in_order() &&;

private:
    std::vector<std::pair<std::size_t, Problem>> found_; // with the place in the text
};

} // namespace codemate::manifest
