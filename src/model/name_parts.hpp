#pragma once

#include <string>
#include <string_view>

// The grammar of facts.md 2.1, shared by names and patterns.
namespace codemate::model {

enum class Part { host, owner, model, tag };

// What is wrong with this text as that part, such as "a tag has at most 80 characters"; empty if nothing is.
std::string fault_of(Part, std::string_view text);

// The text taken apart from the right, as Ollama does it (types/model/name.go, ParseNameBare). What is not written is
// empty.
struct Pieces {
    std::string_view host, owner, model, tag;
    bool has_host = false, has_owner = false, has_tag = false;
};
Pieces take_apart(std::string_view text);

} // namespace codemate::model
