#pragma once

#include "codemate/lifecycle/pull.hpp"

#include <optional>
#include <vector>

// Of a plan: what its steps take of disk and memory, and what there is. Pure.
namespace codemate::lifecycle::pull {

bool fetches(const Step&);

// What the server will have under the name after that step; nothing where it is not known.
std::optional<Image> image_to_come(const Step&, const Facts&);

// Of the steps that fetch and whose images are known, in their order.
struct Coming {
    std::vector<std::size_t> steps;
    std::vector<Image> images;
};
Coming what_comes(const Plan&, const Facts&);

void add_room(Plan&, const Facts&,
              const Options&); // sets image, need, weights and fit of steps, and all of Plan::room and Plan::refusal

} // namespace codemate::lifecycle::pull
