#include "codemate/model/name.hpp"

#include "model/name_parts.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <utility>

namespace codemate {
namespace {

using model::Part;

void check(Part part, std::string_view text, std::string_view whole) {
    const std::string fault = model::fault_of(part, text);
    if (fault.empty()) return;
    throw Error(Kind::usage, quoted(whole, 200) + " is no model name: " + fault)
        .hint("a name is [[host/]owner/]model[:tag], such as mistral, qwen2.5-coder:7b or hf.co/owner/repo:Q4_K_M");
}

} // namespace

ModelName ModelName::parse(std::string_view text) {
    const model::Pieces pieces = model::take_apart(text);
    const auto value = [](bool given, std::string_view piece, std::string_view fallback) {
        return std::string(given ? piece : fallback);
    };
    check(Part::model, pieces.model, text);
    if (pieces.has_tag) check(Part::tag, pieces.tag, text);
    if (pieces.has_owner) check(Part::owner, pieces.owner, text);
    if (pieces.has_host) {
        // A host with a slash or a scheme in it.
        check(Part::host, pieces.host, text);
    }
    return ModelName(value(pieces.has_host, pieces.host, default_host),
                     value(pieces.has_owner, pieces.owner, default_owner), std::string(pieces.model),
                     value(pieces.has_tag, pieces.tag, default_tag));
}

ModelName::ModelName(std::string host, std::string owner, std::string model, std::string tag)
    : host_(std::move(host)), owner_(std::move(owner)), model_(std::move(model)), tag_(std::move(tag)) {
    check(Part::host, host_, host_);
    check(Part::owner, owner_, owner_);
    check(Part::model, model_, model_);
    check(Part::tag, tag_, tag_);
}

bool ModelName::on_public_registry() const {
    return equal_ignoring_case(host_, default_host);
}

std::string ModelName::display() const {
    if (!on_public_registry()) return host_ + "/" + owner_ + "/" + model_ + ":" + tag_;
    if (!equal_ignoring_case(owner_, default_owner)) return owner_ + "/" + model_ + ":" + tag_;
    return model_ + ":" + tag_;
}

std::string ModelName::full() const {
    return host_ + "/" + owner_ + "/" + model_ + ":" + tag_;
}

std::string ModelName::display_short() const {
    std::string text = display();
    if (tag_ == default_tag) text.resize(text.size() - tag_.size() - 1);
    return text;
}

ModelName ModelName::with_tag(std::string tag) const {
    return ModelName(host_, owner_, model_, std::move(tag));
}

bool ModelName::same_on_server(const ModelName& other) const {
    return equal_ignoring_case(model_, other.model_) && equal_ignoring_case(tag_, other.tag_) &&
           equal_ignoring_case(owner_, other.owner_) && equal_ignoring_case(host_, other.host_);
}

bool ServerOrder::operator()(const ModelName& a, const ModelName& b) const {
    if (const int order = compare_ignoring_case(a.host(), b.host()); order != 0) return order < 0;
    if (const int order = compare_ignoring_case(a.owner(), b.owner()); order != 0) return order < 0;
    if (const int order = compare_ignoring_case(a.model(), b.model()); order != 0) return order < 0;
    return compare_ignoring_case(a.tag(), b.tag()) < 0;
}

bool ModelName::misread_by_server() const {
    const std::string tag = to_lower(tag_);
    return tag == "local" || tag == "cloud" || tag.ends_with("-cloud");
}

} // namespace codemate
