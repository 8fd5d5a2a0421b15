#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/handlers.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// What the requests that want a model to run have in common: generate, chat, embed.
namespace codemate::sandbox {

using KeepAlive = std::optional<std::chrono::nanoseconds>; // nothing: for ever
KeepAlive parse_keep_alive(const json::Value*);

std::optional<std::uint64_t> integer_option(const json::Value* options, std::string_view key);

// As it has to be loaded.
Loaded as_loaded(const World&, const Model&, const json::Value* options, const KeepAlive&);

// The prompt in the model's template.
std::string in_template(const Model&, const std::string& prompt);

// The model that is meant. Throws Refusal; `unknown`: for one that is not there, or half of it.
Name named(World&, const std::string& asked, const Refusal& unknown);
Model installed(World&, const Name&, const Refusal& unknown);

// Loads it without asking it anything.
void load_only(World&, const Loaded&);

bool can(const Model&, std::string_view capability); // and it has weights

} // namespace codemate::sandbox
