#include "codemate/rules/expectations.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::rules {
namespace {

using What = Breach::What;
using Certainty = Breach::Certainty;

// Sizes are written as people read them, "4.7GB": what prints the same is the same.
std::optional<Breach> judge_size(const ByteCount& expected, const std::optional<ByteCount>& size) {
    if (!size || to_string(expected) == to_string(*size)) return std::nullopt;
    return Breach{What::size, Certainty::broken, "has " + to_string(*size) + ", expected " + to_string(expected)};
}

std::optional<Breach> judge_quantization(const std::string& expected, const std::string& quantization) {
    if (equal_ignoring_case(expected, quantization)) return std::nullopt;
    if (quantization.empty() || equal_ignoring_case(quantization, "unknown")) {
        return Breach{What::quantization, Certainty::not_known,
                      "its quantization is not known, expected " + printable(expected, 60)};
    }
    return Breach{What::quantization, Certainty::broken,
                  "is " + printable(quantization, 60) + ", expected " + printable(expected, 60)};
}

std::optional<Breach> judge_context(std::uint64_t expected, const std::optional<std::uint64_t>& supported) {
    if (!supported) return Breach{What::context, Certainty::not_known, "the context that it supports is not known"};
    if (*supported >= expected) return std::nullopt;
    return Breach{What::context, Certainty::broken,
                  "supports a context of " + std::to_string(*supported) + " tokens, expected " +
                      std::to_string(expected)};
}

std::optional<Breach> judge_license(const std::string& expected, const std::optional<std::vector<Digest>>& licenses) {
    const std::optional<Digest> wanted = Digest::parse(expected);
    if (!wanted) return std::nullopt; // the manifest is checked when it is read
    if (!licenses) {
        return Breach{What::license, Certainty::not_known,
                      "its licence's digest is not known without the lock's manifest"};
    }
    if (std::ranges::find(*licenses, *wanted) != licenses->end()) return std::nullopt;
    const std::string has = licenses->empty() ? "no licence" : "licence " + licenses->back().id();
    return Breach{What::license, Certainty::broken, "has " + has + ", expected " + wanted->id()};
}

} // namespace

std::vector<Breach> breaches(const manifest::Expect& expect, const Known& known) {
    std::vector<Breach> found;
    const auto add = [&](std::optional<Breach> breach) {
        if (breach) found.push_back(std::move(*breach));
    };
    if (expect.size) add(judge_size(*expect.size, known.size));
    if (expect.quantization) add(judge_quantization(*expect.quantization, known.quantization));
    if (expect.context) add(judge_context(*expect.context, known.supported_context));
    if (expect.license) add(judge_license(*expect.license, known.licenses));
    return found;
}

std::optional<Error> unfit_to_pin(const manifest::Expect& expect, const Known& known) {
    std::vector<std::string> broken;
    for (const Breach& breach : breaches(expect, known)) {
        if (breach.certainty == Certainty::broken) broken.push_back(breach.text);
    }
    if (broken.empty()) return std::nullopt;
    return Error(Kind::check, "it " + joined(broken, "; it "))
        .hint("change \"expect\" of this model in the manifest, or declare another model");
}

} // namespace codemate::rules
