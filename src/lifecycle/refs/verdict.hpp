#pragma once

#include "lifecycle/refs/commands.hpp"
#include "lifecycle/refs/context.hpp"
#include "lifecycle/refs/kinds.hpp"
#include "lifecycle/refs/tokens.hpp"
#include "lifecycle/refs/vocabulary.hpp"

#include "codemate/lifecycle/refs.hpp"

namespace codemate::lifecycle::refs {

struct Surroundings {
    FileKind kind = FileKind::code;
    bool code = true;   // not the words of a prose file
    bool prose = false; // a prose file
    CommandReader::Word place = CommandReader::Word::other;
    bool image = false;      // where images of containers are named
    bool from_model = false; // FROM of a Modelfile
};

// Whether a word is a mention of a model, and by what it is known for one. Pure.
std::optional<How> verdict(const Shape&, const Context&, const Surroundings&, const Vocabulary&);

} // namespace codemate::lifecycle::refs
