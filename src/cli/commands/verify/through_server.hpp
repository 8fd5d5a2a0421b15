#pragma once

#include "cli/recovery.hpp"
#include "cli/wiring.hpp"

#include "codemate/json/value.hpp"
#include "codemate/lifecycle/reinstall.hpp"
#include "codemate/lifecycle/verify.hpp"

#include <optional>
#include <string>
#include <vector>

// --repair without the files: models are removed and brought back through the server's API.
namespace codemate::cli::verify {

struct Reinstall {
    lifecycle::reinstall::Plan plan;
    std::optional<lifecycle::reinstall::Report> report{};
    std::optional<Error> refusal{}; // why it, or a part of it, was not done
};

// What the server cannot read, or lacks.
std::vector<lifecycle::reinstall::Suspect> suspects_of(const lifecycle::verify::Facts&,
                                                       const lifecycle::verify::Report&);

// Brings one model to the server by a pull through a relay; what an earlier run left unchecked there is not relied on.
lifecycle::reinstall::Ports reinstall_ports(registry::Registry&, std::vector<Digest> unverified, Wiring&);

std::vector<std::string> lines_of(const lifecycle::reinstall::Plan&); // for people, one a step
std::string question(const lifecycle::reinstall::Plan&);
json::Value reinstall_json(const Reinstall&);

} // namespace codemate::cli::verify
