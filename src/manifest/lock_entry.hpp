#pragma once

#include "manifest/reader.hpp"

#include "codemate/manifest/lock.hpp"

// One model's pin as it stands in codemate.lock, and in the releases that recorded it.
namespace codemate::manifest {

std::optional<Locked> read_locked(Reader&, const Node&); // nothing: not good enough to be kept
json::Value locked_json(const Locked&);

// The models of an object of names and pins; the same model twice is a problem.
std::map<ModelName, Locked, ServerOrder> read_locked_models(Reader&, const Node&);
json::Value locked_models_json(const std::map<ModelName, Locked, ServerOrder>&); // in the order that a reader sees

} // namespace codemate::manifest
