#include "codemate/ollama/vectors.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::ollama {

std::vector<std::vector<float>> vectors_of(Server& server, const ModelName& name,
                                           std::span<const std::string_view> texts, const LoadOptions& load,
                                           Stop stop) {
    std::vector<std::vector<float>> vectors;
    for (const std::string_view text : texts) {
        Embedded answer = server.embed({.model = name, .text = std::string(text), .load = load}, stop);
        if (answer.numbers.empty())
            throw Error(Kind::protocol, "the server gave no vector for a text").context(name.display());
        vectors.push_back(std::move(answer.numbers));
    }
    return vectors;
}

} // namespace codemate::ollama
