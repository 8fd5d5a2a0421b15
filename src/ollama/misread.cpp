#include "ollama/misread.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

namespace codemate::ollama {

void refuse_misread(const ModelName& model, std::string_view act) {
    if (!equal_ignoring_case(model.tag(), "local")) return;
    const std::string other = model.with_tag(std::string(ModelName::default_tag)).display();
    throw Error(Kind::refused, codemate::quoted(model.display()) + " cannot be " + std::string(act) +
                                   ": the server would take " + codemate::quoted(other) + " instead")
        .hint("copy it to another tag and use that one");
}

} // namespace codemate::ollama
