#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/model/image.hpp"
#include "codemate/upstream/upstream.hpp"

#include <optional>
#include <span>
#include <vector>

namespace codemate::upstream {

struct Search {
    std::optional<Image> image{};
    std::vector<Error> unanswered{}; // of places that could not tell: all but "there is no such thing"
};
// As find_image(), which tells of no place why it has none.
Search search_image(const Digest&, std::span<const ModelName> places, const Ports&, const Run&);

} // namespace codemate::upstream
