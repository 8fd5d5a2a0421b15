#include "lifecycle/check/rules.hpp"

#include <algorithm>

namespace codemate::lifecycle::check {
namespace {

// A locked image does not say what its weights support, so what is known is what the manifest itself states; the file
// contradicts itself then, and only its author knows which of the two figures is wrong.
void compare(const ModelName& name, std::uint64_t asked, std::uint64_t supported, std::string_view key,
             Findings& findings) {
    if (asked <= supported) return;
    findings.push_back({Severity::problem, Rule::context, name, place_of(name, key), false,
                        std::to_string(asked) + " tokens are more than the " + std::to_string(supported) +
                            " that the model is stated to support",
                        "lower it, or correct about.stated.context"});
}

} // namespace

void check_contexts(const Facts& facts, Findings& findings) {
    for (const auto& [name, declared] : facts.manifest.models) {
        const std::optional<std::uint64_t> supported = declared.about.stated.context;
        if (!supported) continue;
        if (declared.expect.context) compare(name, *declared.expect.context, *supported, "/expect/context", findings);
        const json::Value* num_ctx = declared.options.find("num_ctx");
        const auto asked = num_ctx == nullptr ? std::nullopt : num_ctx->unsigned_integer();
        if (asked) compare(name, *asked, *supported, "/options/num_ctx", findings);
    }
}

} // namespace codemate::lifecycle::check
