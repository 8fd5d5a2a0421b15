#pragma once

#include "codemate/json/value.hpp"
#include "codemate/model/image_diff.hpp"
#include "codemate/upstream/upstream.hpp"

#include <string>
#include <string_view>

// How a model stands to its tag, as every command that looks it up says it.
namespace codemate::cli {

class Wiring;

std::string layers_text(const ImageDiff&); // a line a layer, indented; then what else is known
json::Value image_diff_json(const ImageDiff&, bool all_layers_known);
// Of a tag that has moved: what differs, a line a layer. Empty where there is nothing to compare.
std::string changes_text(const upstream::Standing&);
json::Value standing_json(const upstream::Standing&);
std::string_view role_word(LayerRole);                    // as it stands in JSON
void warn_of_license(const upstream::Standing&, Wiring&); // on stderr, where it has changed

} // namespace codemate::cli
