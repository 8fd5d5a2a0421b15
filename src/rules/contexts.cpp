#include "codemate/rules/contexts.hpp"

namespace codemate::rules {

std::optional<std::uint64_t> asked_context(const manifest::Declared& declared) {
    const json::Value* option = declared.options.find("num_ctx");
    return option == nullptr ? std::nullopt : option->unsigned_integer();
}

Contexts contexts_of(const manifest::Declared& declared, std::optional<std::uint64_t> supported,
                     const ollama::Running* running) {
    Contexts contexts;
    contexts.declared = declared.expect.context;
    if (!contexts.declared) contexts.declared = asked_context(declared);
    if (!contexts.declared) contexts.declared = declared.about.stated.context;
    contexts.supported = supported;
    if (running != nullptr && running->context_length > 0) contexts.served = running->context_length;
    return contexts;
}

} // namespace codemate::rules
