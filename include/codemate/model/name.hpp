#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace codemate {

// host/owner/model:tag, parsed once at the edge and never compared as text. Grammar and defaults: facts.md section 2
// (types/model/name.go of Ollama).
class ModelName {
public:
    // "mistral", "someone/mistral:7b", "hf.co/owner/repo:Q4_K_M". Throws Error{usage} that says which part breaks which
    // rule.
    static ModelName parse(std::string_view);
    // Parts that are known to be valid, or Error{usage} as above.
    ModelName(std::string host, std::string owner, std::string model, std::string tag);

    static constexpr std::string_view default_host = "registry.ollama.ai";
    static constexpr std::string_view default_owner = "library";
    static constexpr std::string_view default_tag = "latest";

    const std::string& host() const { return host_; } // none is ever empty
    const std::string& owner() const { return owner_; }
    const std::string& model() const { return model_; }
    const std::string& tag() const { return tag_; }

    bool on_public_registry() const;   // its host is the default one, letter case ignored as the server does
    std::string display() const;       // shortest form, always with tag, as /api/tags spells it (facts.md 2.2)
    std::string display_short() const; // the same without ":latest", as people type it
    std::string full() const;          // every part, so that it means the same wherever it is read
    ModelName with_tag(std::string tag) const;

    bool same_on_server(const ModelName&) const; // equal but for ASCII case, which the server folds (facts.md 2.3)
    bool misread_by_server() const; // tag local, cloud or *-cloud: the server would act on another model (facts.md 2.4)

    auto operator<=>(const ModelName&) const = default;

private:
    std::string host_, owner_, model_, tag_;
};

// The order of maps and sets in which names that the server takes for the same are one.
struct ServerOrder {
    bool operator()(const ModelName&, const ModelName&) const;
};

// Which models a word of "protected" means: "mistral" all its tags, "mistral:7b" that one, "someone/*" all of an owner,
// "hf.co/owner/repo". Never a part of a word: "mistral" is not mistral-nemo. Letter case as the server: ignored.
class NamePattern {
public:
    static NamePattern parse(std::string_view); // throws Error{usage}
    bool matches(const ModelName&) const;
    const std::string& text() const { return text_; } // as written

    bool operator==(const NamePattern&) const = default;

private:
    NamePattern() = default;
    std::string text_, host_, owner_, model_, tag_; // empty model or tag: any
};

} // namespace codemate
