#pragma once

#include "codemate/json/value.hpp"
#include "codemate/rules/rebuild.hpp"

#include <string>

// How a store is built anew, as `embeddings` and `use` tell it.
namespace codemate::cli {

std::string rebuild_text(const rules::Rebuild&); // with a heading; empty without steps

// {"steps":[{"what":"backup","text":…,"command":…}],"traps":["…"]}
json::Value rebuild_json(const rules::Rebuild&);

} // namespace codemate::cli
