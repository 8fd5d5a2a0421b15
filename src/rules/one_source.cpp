#include "codemate/rules/one_source.hpp"

#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::rules {
namespace {

constexpr std::size_t most_named = 5;

// "mistral:latest, gemma:7b, …"
std::string some_of(const manifest::Lock& lock) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : lock.models) {
        if (names.size() == most_named) {
            names.emplace_back("…");
            break;
        }
        names.push_back(printable(name.display()));
    }
    return joined(names, ", ");
}

} // namespace

std::vector<ModelName> names_at_one_source(const ModelName& name, const manifest::Manifest& manifest) {
    const ModelName source = manifest.source_of(name);
    if (source.same_on_server(name)) return {name};
    return {name, source};
}

Error nothing_pins(const ModelName& name, const OneSource& from) {
    Error error(Kind::check, "nothing pins it, and from " + from.where + " comes only what a lock or a digest pins");
    const std::string digest = name.display() + "@sha256:…";
    if (from.lock.empty())
        return std::move(error).hint("bring the lock of where the models were pulled along (--lock FILE), or name the "
                                     "content: " +
                                     digest);
    if (from.says && from.says->find(name) == nullptr) {
        const std::string has =
            from.says->models.empty() ? ", nor was any other" : ", which has " + some_of(*from.says);
        return std::move(error).hint("it was not exported to " + from.where + has +
                                     ": export it, too, or name the content: " + digest);
    }
    return std::move(error).hint("--lock " + shell_word(from.lock) +
                                 " pins what was exported; or name the content: " + digest);
}

std::optional<Error> said_to_be_same(const ModelName& name, const Digest& pinned, const std::optional<Digest>& served,
                                     const OneSource& from) {
    const manifest::Locked* entry = from.says ? from.says->find(name) : nullptr;
    if (entry == nullptr || entry->digest == pinned || !entry->is(pinned)) return std::nullopt;
    if (served && *served != entry->digest) return std::nullopt;
    return Error(Kind::not_found, "it is locked at " + pinned.id() +
                                      ", whose manifest nobody has; the export says that "
                                      "it is the same content without its paths, under " +
                                      entry->digest.id())
        .hint("`--lock " + shell_word(from.lock) + "` takes its word for it");
}

} // namespace codemate::rules
