#include "model/name_parts.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/model/name.hpp"

namespace codemate {
namespace {

using model::Part;

void check(Part part, std::string_view piece, std::string_view whole) {
    const std::string fault = model::fault_of(part, piece);
    if (fault.empty()) return;
    throw Error(Kind::usage, quoted(whole, 200) + " is no pattern for models: " + fault)
        .hint("write mistral (all its tags), mistral:7b (that one), someone/* or hf.co/owner/repo");
}

bool fits(const std::string& wanted, const std::string& given) {
    return wanted.empty() || equal_ignoring_case(wanted, given);
}

} // namespace

NamePattern NamePattern::parse(std::string_view text) {
    const model::Pieces pieces = model::take_apart(text);
    const bool any_model = pieces.model == "*";
    const bool any_tag = !pieces.has_tag || pieces.tag == "*";
    if (any_model && !pieces.has_owner) {
        throw Error(Kind::usage, quoted(text, 200) + " is no pattern for models: it would cover every model")
            .hint("name a model, or an owner as in someone/*");
    }
    if (!any_model) check(Part::model, pieces.model, text);
    if (!any_tag) check(Part::tag, pieces.tag, text);
    if (pieces.has_owner) check(Part::owner, pieces.owner, text);
    if (pieces.has_host) check(Part::host, pieces.host, text);

    NamePattern pattern;
    pattern.text_ = std::string(text);
    pattern.host_ = pieces.has_host ? std::string(pieces.host) : std::string(ModelName::default_host);
    pattern.owner_ = pieces.has_owner ? std::string(pieces.owner) : std::string(ModelName::default_owner);
    if (!any_model) pattern.model_ = std::string(pieces.model);
    if (!any_tag) pattern.tag_ = std::string(pieces.tag);
    return pattern;
}

bool NamePattern::matches(const ModelName& name) const {
    return fits(host_, name.host()) && fits(owner_, name.owner()) && fits(model_, name.model()) &&
           fits(tag_, name.tag());
}

} // namespace codemate
