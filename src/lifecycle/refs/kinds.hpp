#pragma once

#include <string_view>

namespace codemate::lifecycle::refs {

// What a file's text is, as far as it decides what counts as a mention in it.
enum class FileKind {
    code,       // also all that has no kind of its own: strings, assignments, calls
    data,       // JSON, YAML, TOML, INI, .env: keys and values
    prose,      // Markdown and other text: code spans and fenced blocks are code, the rest is words
    dockerfile, // FROM names an image that is no model
    modelfile,  // FROM names a model
};

FileKind kind_of(std::string_view path);

// Nothing that a person would look into for a model's name: pictures, archives, and what programs write (lock files,
// codemate's own files). Told by the name alone, so that the file need not be opened.
bool is_never_read(std::string_view path);

} // namespace codemate::lifecycle::refs
