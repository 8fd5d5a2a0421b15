#include "support/catch.hpp"

#include "codemate/manifest/usage.hpp"

#include <algorithm>
#include <stdexcept>

using namespace codemate;
using manifest::Manifest;
using manifest::Usage;

namespace {

using Words = std::vector<std::string>;

Manifest manifest_of(std::string_view text) {
    manifest::Parsed parsed = manifest::parse(text, {});
    if (!parsed.problems.empty()) throw std::logic_error(parsed.problems.front().text);
    return parsed.manifest;
}

// The long way: every group that, as a target, means the model.
Words groups_that_mean(const Manifest& manifest, const ModelName& name) {
    Words groups;
    for (const auto& [group, members] : manifest.groups) {
        const auto models = manifest::resolve(manifest, std::span(&group, 1));
        if (std::any_of(models.begin(), models.end(),
                        [&](const manifest::Wanted& model) { return model.name.same_on_server(name); }))
            groups.push_back(group);
    }
    return groups;
}

} // namespace

TEST_CASE("usage: roles in their order, groups directly and through roles and groups") {
    const std::string text = GENERATE(
        as<std::string>{},
        R"({"schema": 1, "roles": {"z": "Coder:7b", "a": "Coder:7b", "m": "mistral"},
            "groups": {"some": ["default", "chat"], "big": ["every", "Coder:32b"], "every": ["default", "chat"],
                       "by-role": ["m"], "outer": ["by-role", "big"], "twice": ["outer", "every", "big"]}})",
        R"({"schema": 1, "roles": {"z": "Coder:7b"}, "groups": {"default": ["chat"], "every": ["default", "z"]}})",
        R"({"schema": 1, "groups": {"every": ["chat", "hf.co/owner/Chat"], "outer": ["every"]}})", R"({"schema": 1})");
    const Manifest manifest = manifest_of(text);
    const Usage usage(manifest);
    for (const char* word :
         {"coder:7b", "Coder:7B", "coder:32b", "mistral", "chat", "hf.co/Owner/chat", "hf.co/owner/other", "unknown"}) {
        INFO(text << " " << word);
        const ModelName name = ModelName::parse(word);
        CHECK(usage.roles_of(name) == manifest.roles_of(name));
        CHECK(usage.groups_of(name) == groups_that_mean(manifest, name));
    }
}

TEST_CASE("usage: a chain of groups of any length") {
    constexpr int length = 2000;
    std::string groups;
    for (int i = 0; i < length; ++i)
        groups += (i == 0 ? "" : ",") + ("\"g" + std::to_string(i) + "\": [\"g" + std::to_string(i + 1)) + "\"]";
    const Manifest manifest =
        manifest_of(R"({"schema": 1, "groups": {)" + groups + ", \"g" + std::to_string(length) + "\": [\"mistral\"]}}");
    CHECK(Usage(manifest).groups_of(ModelName::parse("Mistral")).size() == length + 1);
}
