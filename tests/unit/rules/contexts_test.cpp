#include "support/catch.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/rules/contexts.hpp"

using namespace codemate;

TEST_CASE("which context is the declared one") {
    struct Row {
        const char* declared;
        std::optional<std::uint64_t> context;
    };
    const Row row = GENERATE(
        Row{R"({"expect": {"context": 1}, "options": {"num_ctx": 2}, "about": {"stated": {"context": 3}}})", 1},
        Row{R"({"options": {"num_ctx": 2}, "about": {"stated": {"context": 3}}})", 2},
        Row{R"({"about": {"stated": {"context": 3}}})", 3}, Row{"{}", std::nullopt});
    const manifest::Manifest project =
        test::manifest_of(std::string(R"({"schema": 1, "models": {"m": )") + row.declared + "}}");
    const rules::Contexts contexts = rules::contexts_of(*project.declared(ModelName::parse("m")), 9, nullptr);
    CHECK(contexts.declared == row.context);
    CHECK(contexts.supported == 9);
    CHECK_FALSE(contexts.served);
}

TEST_CASE("a context is served only while the server says so") {
    ollama::Running running{.name = ModelName::parse("m")};
    CHECK_FALSE(rules::contexts_of({}, std::nullopt, &running).served);
    running.context_length = 4096;
    CHECK(rules::contexts_of({}, std::nullopt, &running).served == 4096);
}
