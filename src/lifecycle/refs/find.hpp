#pragma once

#include "lifecycle/refs/kinds.hpp"
#include "lifecycle/refs/vocabulary.hpp"

#include "codemate/lifecycle/refs.hpp"

namespace codemate::lifecycle::refs {

struct Found {
    std::vector<Mention> mentions; // in the order of the text
    std::vector<EmbeddingUse> uses;
};

// Whether it is worth looking closer: a word that has to do with models, or a name:tag that is known. Fast.
bool may_mention(std::string_view text, const Vocabulary&);

// Pure. Text of any encoding and any content; a byte that is not ASCII ends a name.
Found find(std::string_view text, FileKind, const Vocabulary&);

} // namespace codemate::lifecycle::refs
