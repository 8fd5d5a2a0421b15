#pragma once

#include "manifest/problems.hpp"

#include <optional>
#include <string_view>

// Single words of a manifest: whether they are what they should be. What is not becomes a problem and reads as nothing.
namespace codemate::manifest {

std::optional<ModelName> model_name(const Spelled&, Problems&);
std::optional<NamePattern> name_pattern(const Spelled&, Problems&);

// The name of a role or group: letters, digits, "_", "-" and "."; so no model with a tag or an owner can be meant.
void check_word(const Spelled&, std::string_view what, Problems&);

void check_version(const Spelled&, Problems&);     // "0.4.0", "1.2.0-rc1"
void check_requirement(const Spelled&, Problems&); // ">=0.21"
void check_digest(const Spelled&, Problems&);
void check_mirror(const Spelled&, Problems&); // http://host:port/path

} // namespace codemate::manifest
