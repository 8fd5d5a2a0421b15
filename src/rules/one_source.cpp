#include "codemate/rules/one_source.hpp"

#include "codemate/base/shell.hpp"

namespace codemate::rules {

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
    return std::move(error).hint("--lock " + shell_word(from.lock) +
                                 " pins what was exported; or name the content: " + digest);
}

} // namespace codemate::rules
