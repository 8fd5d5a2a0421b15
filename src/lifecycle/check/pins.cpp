#include "lifecycle/check/rules.hpp"

#include "codemate/base/text.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>

namespace codemate::lifecycle::check {
namespace {

void check_license(const ModelName& name, const std::string& expected, const manifest::Locked& pin,
                   Findings& findings) {
    if (!pin.bytes) return;
    const Image image = Image::parse(*pin.bytes);
    const bool there = std::any_of(image.layers.begin(), image.layers.end(), [&](const Layer& layer) {
        return layer.role == LayerRole::license && layer.digest.text() == to_lower(expected);
    });
    if (there) return;
    findings.push_back({Severity::problem, Rule::expectation, name, place_of(name, "/expect/license"), false,
                        "the locked image has no licence of that digest",
                        "look at its licence, then lock another image or correct the expectation"});
}

void check_expectations(const ModelName& name, const manifest::Expect& expect, const manifest::Locked& pin,
                        Findings& findings) {
    if (expect.quantization && !pin.quantization.empty() &&
        !same_quantization(*expect.quantization, pin.quantization)) {
        findings.push_back(
            {Severity::problem, Rule::expectation, name, place_of(name, "/expect/quantization"), false,
             quoted(*expect.quantization) + " is expected, but " + quoted(pin.quantization) + " is locked",
             "lock another image, or correct the expectation"});
    }
    if (expect.license) check_license(name, *expect.license, pin, findings);
}

} // namespace

void check_pins(const Facts& facts, Findings& findings) {
    if (!facts.lock) return;
    for (const manifest::Problem& problem : manifest::check_sources(*facts.lock, facts.manifest)) {
        findings.push_back({Severity::problem, Rule::source, std::nullopt, problem.path, true, problem.text,
                            "remove that entry, or declare where the model comes from", problem.line});
    }
    for (const auto& [name, pin] : facts.lock->models) {
        if (const manifest::Declared* declared = facts.manifest.declared(name)) {
            check_expectations(name, declared->expect, pin, findings);
            continue;
        }
        findings.push_back({Severity::note, Rule::undeclared, name, place_of(name), true,
                            "locked, but not declared in the manifest", "`codemate lock` drops it"});
    }
}

} // namespace codemate::lifecycle::check
