#pragma once

#include <string>
#include <string_view>

namespace codemate::vector_store {

// Who makes a collection's vectors, by what stands in its row.
struct Recorded {
    std::string function, model; // empty: not said
};

// `schema`: Chroma 1.1 and later; `configuration`: 0.5.5 and later, which says it since 1.0. JSON, or empty; what is
// none, or of another form, says nothing. Pure.
Recorded recorded_in(std::string_view schema, std::string_view configuration);

} // namespace codemate::vector_store
