#pragma once

#include <string_view>

// Pure questions about identifiers and keys: "model", "EMBEDDING_MODEL", "defaultModels", "--model".
namespace codemate::lifecycle::refs {

enum class KeyForce {
    none,    // "port", and "model_path": it has the word and means something else
    generic, // "name", "default": a model only where what is around it says so
    role,    // "primary", "embedding": a model if the value is known as one
    model,   // "model", "DEFAULT_MODELS", "model_name"
    ollama,  // the same, and of Ollama: "OLLAMA_MODEL", "ollama_embedding_model"
};

KeyForce force_of(std::string_view key);
bool speaks_of_embedding(std::string_view identifier); // has "embed" in it, in any case
bool is_constant(std::string_view identifier);         // "DEFAULT_MODEL": capitals, digits and _ only

} // namespace codemate::lifecycle::refs
