#include "vector_store/recorded.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"

#include <initializer_list>
#include <optional>

namespace codemate::vector_store {
namespace {

using json::Value;

std::optional<Value> document_of(std::string_view text) {
    if (text.empty()) return std::nullopt;
    try {
        return json::read(text, "a collection's configuration").root;
    } catch (const Error&) { // then it says nothing that is understood here
        return std::nullopt;
    }
}

const Value* at(const Value& from, std::initializer_list<std::string_view> steps) {
    const Value* value = &from;
    for (const std::string_view step : steps) {
        value = value->find(step);
        if (value == nullptr) return nullptr;
    }
    return value;
}

std::string text_at(const Value& from, std::initializer_list<std::string_view> steps) {
    const Value* value = at(from, steps);
    return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

// {"type": "known", "name": "ollama", "config": {"model_name": "nomic-embed-text", …}}
Recorded recorded(const Value* function) {
    if (function == nullptr) return {};
    Recorded found{text_at(*function, {"name"}), text_at(*function, {"config", "model_name"})};
    if (found.model.empty()) found.model = text_at(*function, {"config", "model"});
    return found;
}

} // namespace

Recorded recorded_in(std::string_view schema, std::string_view configuration) {
    if (const auto document = document_of(schema)) {
        for (const Value* index : {at(*document, {"keys", "#embedding", "float_list", "vector_index", "config"}),
                                   at(*document, {"defaults", "float_list", "vector_index", "config"})}) {
            if (index == nullptr) continue;
            if (Recorded found = recorded(index->find("embedding_function")); !found.function.empty()) return found;
        }
    }
    const auto document = document_of(configuration);
    return document ? recorded(document->find("embedding_function")) : Recorded{};
}

} // namespace codemate::vector_store
