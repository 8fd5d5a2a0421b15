#pragma once

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/init.hpp"

#include <string_view>
#include <vector>

namespace codemate::lifecycle::init {

// A codemate.json that a source suggests.
struct Proposal {
    json::Value document;
    std::vector<LeftOut> left_out;
};

// All of them in the group "default". `words`: names of groups and roles, which no model can share.
Proposal propose_installed(const std::vector<ollama::Installed>&, const std::vector<std::string>& words);

// Of codemate-hub's config/ollama/models.json: `pull_on_startup` is the group "default"; each use case is a group of
// its primary and fallback model; the first one's are the roles primary and fallback, that of embeddings the role
// embedding; parameters are a model's options. What has no place is a note of the new file, and left out. Throws
// Error{usage} for a file of another form, Error{protocol} for what is no JSON.
Proposal propose_imported(std::string_view text, std::string_view shown);

} // namespace codemate::lifecycle::init
