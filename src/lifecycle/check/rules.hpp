#pragma once

#include "codemate/lifecycle/check.hpp"

// What is looked for; each rule adds what it finds.
namespace codemate::lifecycle::check {

using Findings = std::vector<Finding>;

void check_contexts(const Facts&, Findings&);
void check_budget(const Facts&, Findings&);
void check_pins(const Facts&, Findings&); // sources, expectations, undeclared models
void check_moving_tags(const Facts&, Findings&);
void check_quantizations(const Facts&, Findings&);

// Where a model's declaration says something: "/models/mistral:latest/options/num_ctx".
std::string place_of(const ModelName&, std::string_view below = "");

const manifest::Locked* locked(const Facts&, const ModelName&); // nullptr: no pin

// The quantization that the tag names, as Ollama spells it ("Q4_K_M", "F16"); empty: it names none.
std::string quantization_in_tag(const ModelName&);
bool same_quantization(std::string_view, std::string_view); // also "fp16" and "F16"

} // namespace codemate::lifecycle::check
