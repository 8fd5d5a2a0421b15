#pragma once

#include "codemate/base/digest.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/types.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace codemate::rules {

// What "all" means: the installed models but for codemate's own helpers and snapshots, and cloud stubs, whose content
// is elsewhere.
std::vector<ollama::Installed> own_models(const std::vector<ollama::Installed>&);

// The models that the targets mean, as manifest::resolve() does it, and "all" too. In the order of the targets, each
// model once. Throws Error{usage}.
std::vector<manifest::Wanted> resolve(const manifest::Manifest&, std::span<const std::string> targets,
                                      const std::vector<ollama::Installed>&);

// A target that says which content: NAME@sha256:…, with 12 to 64 of the digest's digits.
struct DigestTarget {
    std::string target; // what stands before the @
    std::string digits; // lower case
    bool matches(const Digest&) const;
};
std::optional<DigestTarget> parse_digest_target(const std::string&); // nothing without an @; throws Error{usage}

// Of NAME@sha256:… the name is among the words, too: which content is meant is found out when it is known what there
// is. Throws Error{usage}.
struct Targets {
    std::vector<std::string> words;
    std::vector<DigestTarget> with_digest;
};
Targets parse_targets(const std::vector<std::string>&);

// The entry of that name as the server compares names, or nullptr.
const ollama::Installed* find(const std::vector<ollama::Installed>&, const ModelName&);

// The same for many names; refers to the list.
class InstalledByName {
public:
    explicit InstalledByName(const std::vector<ollama::Installed>&);
    const ollama::Installed* find(const ModelName&) const;

private:
    std::map<ModelName, const ollama::Installed*, ServerOrder> models_;
};

} // namespace codemate::rules
