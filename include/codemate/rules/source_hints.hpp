#pragma once

#include "codemate/base/error.hpp"
#include "codemate/rules/one_source.hpp"

// What to do about a place that everything comes from (--from) where something is wrong with it.
namespace codemate::rules {

// Of what failed with the content there: that it lacks a part of a model, where no other hint says more, or that what
// it has is damaged.
void add_hint(Error&, const OneSource&);

// A registry, which answers at a wrong path as one that has no model; not a directory.
bool is_address(const OneSource&);
void ask_for_path(Error&); // the hint where none of the models is there

} // namespace codemate::rules
