#pragma once

#include <cstddef>
#include <string_view>

// Pure questions about one line of a text that is no prose, as a reader answers them who does not know the language.
namespace codemate::lifecycle::refs {

// Where its comment begins: at a # or // that begins the line or follows a space,
// outside of quotation marks; its size where it has none. "#define" and "#include" begin none.
std::size_t comment_in(std::string_view line);

// NAME of "NAME = …", "NAME: str = …", "export const NAME = …"; empty where the line gives no name a value.
std::string_view assigned_in(std::string_view line);

} // namespace codemate::lifecycle::refs
