#include "lifecycle/refs/verdict.hpp"

#include "lifecycle/refs/spelling.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::refs {
namespace {

using Place = CommandReader::Word;

class Verdict {
public:
    Verdict(const Shape& shape, const Context& context, const Surroundings& around, const Vocabulary& vocabulary)
        : shape_(shape), context_(context), around_(around), vocabulary_(vocabulary) {}

    std::optional<How> judge() const {
        if (is_file()) return std::nullopt;
        const auto how = shape_.tagged() ? tagged() : bare();
        return how && !is_known() && is_placeholder(shape_.model, shape_.tag) ? std::nullopt : how;
    }

private:
    bool is_known() const {
        if (vocabulary_.is_known(shape_.family)) return true;
        return shape_.steps > 1 && shape_.tagged() && vocabulary_.is_known(shape_.model) && is_usual_tag(shape_.tag);
    }
    bool is_own_with_tag() const {
        return vocabulary_.is_own(shape_.family) &&
               vocabulary_.has(std::string(shape_.family) + ":" + std::string(shape_.tag));
    }
    bool is_of_a_hub() const {
        return shape_.family.starts_with("hf.co/") || shape_.family.starts_with("huggingface.co/");
    }
    bool is_near() const { return vocabulary_.meant(shape_.family).has_value(); }
    bool has_digit_or_dash() const { return shape_.model.find_first_of("0123456789-") != std::string_view::npos; }
    bool has_size_for_tag() const { // llama2-13b
        const auto dash = shape_.model.rfind('-');
        if (dash == std::string_view::npos || shape_.steps > 1) return false;
        const std::string_view tag = shape_.model.substr(dash + 1);
        return tag.find_first_of("0123456789") == 0 && is_usual_tag(tag) &&
               vocabulary_.is_known(shape_.model.substr(0, dash));
    }
    bool is_file() const {
        const std::string_view last = shape_.tagged() ? shape_.tag : shape_.model;
        return last.ends_with(".gguf") || last.ends_with(".py") || last.ends_with(".sh") || last.ends_with(".md") ||
               last.ends_with(".json") || last.ends_with(".yml") || last.ends_with(".yaml");
    }
    bool is_key() const { return context_.force >= KeyForce::model && context_.fresh; }

    std::optional<How> tagged() const {
        const bool usual = is_usual_tag(shape_.tag);
        if (around_.from_model || around_.place == Place::argument) return How::command;
        if (around_.place == Place::target && (is_known() || usual)) return How::command;
        if (is_key() && (is_known() || usual || context_.force == KeyForce::ollama)) return How::key;
        if (around_.image) return std::nullopt;
        const bool named =
            (is_known() && (usual || is_own_with_tag())) || (is_of_a_hub() && usual) || (usual && is_near());
        if (!named) return std::nullopt;
        if (context_.fresh && context_.force == KeyForce::role) return How::key;
        return shape_.quoted ? How::quoted : How::name;
    }

    // A name without a tag may be a word like any other: what is around it has to say that it is none.
    std::optional<How> bare() const {
        if (around_.from_model) return How::command;
        if (around_.place == Place::argument || around_.place == Place::target) return bare_argument();
        if (around_.image || (around_.kind == FileKind::prose && !around_.code)) return std::nullopt;
        if (is_key()) return bare_value();
        const bool role = context_.force == KeyForce::role && context_.fresh && around_.kind == FileKind::data;
        if (role && is_known()) return How::key;
        if (around_.prose && shape_.span)
            return is_known() || has_size_for_tag() ? std::optional(How::quoted) : std::nullopt;
        const bool string = shape_.quoted && !around_.prose && has_digit_or_dash();
        return string && is_known() ? std::optional(How::quoted) : std::nullopt;
    }

    std::optional<How> bare_argument() const {
        if (around_.place == Place::target && vocabulary_.is_word(shape_.model)) return std::nullopt;
        if (is_known() || is_near()) return How::command;
        if (around_.place == Place::target) return std::nullopt; // a word of another script's
        return has_digit_or_dash() || shape_.steps == 3 ? std::optional(How::command) : std::nullopt;
    }

    std::optional<How> bare_value() const {
        // In most languages model=mistral is a variable that happens to be called so.
        const bool variable = around_.kind == FileKind::code && !around_.prose && !shape_.quoted &&
                              !is_constant(context_.key) &&
                              shape_.model.find_first_of("-.") == std::string_view::npos && !context_.option;
        if (variable) return std::nullopt;
        if (is_known() || is_near()) return How::key;
        return context_.force == KeyForce::ollama && has_size_for_tag() ? std::optional(How::key) : std::nullopt;
    }

    const Shape& shape_;
    const Context& context_;
    const Surroundings& around_;
    const Vocabulary& vocabulary_;
};

} // namespace

std::optional<How> verdict(const Shape& shape, const Context& context, const Surroundings& around,
                           const Vocabulary& vocabulary) {
    return Verdict(shape, context, around, vocabulary).judge();
}

} // namespace codemate::lifecycle::refs
