#pragma once

#include "codemate/http/url.hpp"
#include "codemate/model/name.hpp"

#include <functional>
#include <string>
#include <vector>

namespace codemate::cli::exporting {

// What --to names; a host alone is meant with TLS. Throws Error{usage}, also for a path that no registry has as it is
// written, and for a path of this machine.
http::Url registry_url(const std::string& text);

// Throws Error{usage} where the last word is rather a model than the directory that it would become, or where an
// export stands among the models. `is_target`: whether the manifest, the lock or the server knows that word.
void check_words(const std::vector<std::string>& targets, const std::string& directory,
                 const std::function<bool(const std::string&)>& is_target);

// Whether the last word would be a new directory, and a model of that name would not be told from it.
bool may_be_model(const std::string& directory);

// Whether the model was named by a word that a directory here has, too.
bool is_directory_among(const std::vector<std::string>& targets, const ModelName&);

} // namespace codemate::cli::exporting
