#include "cli/world.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

#include "codemate/base/text.hpp"

using namespace codemate;
using test::World;

namespace {

struct Job : World {
    Job() {
        set("CI", "true");
        set("GITHUB_ACTIONS", "true");
        set("GITHUB_STEP_SUMMARY", page().string());
        set("CODEMATE_REGISTRY", sandbox.url());
        directory().write("codemate.json", "{\"schema\": 1,\n \"roles\": {\"chat\": \"tinyllama\"}}\n");
    }

    std::filesystem::path page() const { return state() / "page.md"; }
};

// The lines that GitHub's runner obeys.
std::string commands_in(const std::string& err) {
    std::string commands;
    for (const std::string_view line : split(err, '\n'))
        if (line.starts_with("::error") || line.starts_with("::warning")) commands += std::string(line) + "\n";
    return commands;
}

} // namespace

TEST_CASE("in a job of GitHub Actions each result is on its page, and each error annotated once") {
    Job job;
    REQUIRE(job.codemate({"pull", "--json"}).status() == 0);
    CHECK(job.codemate({"list"}).status() == 0); // a result that nobody looks for there
    CHECK(job.codemate({"lock"}).status() == 0);
    CHECK(job.codemate({"verify"}).status() == 0);
    job.sandbox.set_fault("moving-tag=tinyllama:latest");
    const auto moved = job.codemate({"outdated", "--check"});
    CHECK(moved.status() == 3);
    CHECK(commands_in(moved.err).starts_with("::error title=codemate::tinyllama:latest is outdated: "));
    const auto missing = job.codemate({"pull", "nothing-of-that-name"});
    CHECK(missing.status() == 5);
    CHECK(commands_in(missing.err).starts_with("::error title=codemate::cannot pull 'nothing-of-that-name:latest': "));
    CHECK(split(commands_in(missing.err), '\n').size() == 2); // that, and the end
    job.sandbox.remove("tinyllama");
    const auto drifted = job.codemate({"verify", "--json"});
    CHECK(drifted.status() == 3);
    CHECK(commands_in(drifted.err)
              .starts_with("::error title=codemate::tinyllama:latest: not installed\n"
                           "::error title=codemate::1 model is not as required; "));
    job.directory().write("codemate.json", "{\"schema\": 1,\n \"rolez\": {},\n \"roles\": 1}\n");
    const auto mistakes = job.codemate({"check"});
    CHECK(mistakes.status() == 2);
    const std::string place = "::error title=codemate,file=" + (job.directory() / "codemate.json").string() + ",line=";
    CHECK(commands_in(mistakes.err).starts_with(place + "2::line 2: /rolez: "));
    CHECK(commands_in(mistakes.err).find(place + "3::") != std::string::npos);
    CHECK(test::golden_difference("job-summary.md", test::steady(test::read_text(job.page()), job.sandbox)) == "");
}

TEST_CASE("what the gate says no to is annotated, and the figures are on the page") {
    Job job;
    job.sandbox.pull("tinyllama");
    const auto result = job.codemate({"benchmark", "--gate", "--runs", "5", "--tokens", "4", "--prompt-tokens", "8"});
    CHECK(result.status() == 2);
    CHECK(commands_in(result.err) == "::error title=codemate::tinyllama:latest: there is no baseline\n");
    const std::string page = test::read_text(job.page());
    CHECK(page.find("| `tinyllama:latest` |") != std::string::npos);
    CHECK(page.find("gate: no verdict, there is no baseline") != std::string::npos);
}

TEST_CASE("of many annotations the first fifty are written, more than GitHub shows") {
    Job job;
    std::string keys;
    for (int i = 0; i < 60; ++i)
        keys += ",\n\"nonsense" + std::to_string(i) + "\": 1";
    job.directory().write("codemate.json", R"({"schema": 1)" + keys + "}\n");
    const std::string commands = commands_in(job.codemate({"check"}).err);
    CHECK(split(commands, '\n').size() == 51);
    CHECK(commands.find(",line=51::") != std::string::npos);
    CHECK(commands.find(",line=52::") == std::string::npos);
}

TEST_CASE("names in the project's files are on the page where something is wrong with them") {
    Job job;
    job.directory().write("app.py", "model = \"tinyllama\"\n");
    CHECK(job.codemate({"refs"}).status() == 0);
    CHECK_FALSE(std::filesystem::exists(job.page()));
    job.directory().write("app.py", "model = \"tinylama\"\n");
    CHECK(job.codemate({"refs"}).status() == 3);
    CHECK(test::read_text(job.page()).starts_with("### ❌ codemate refs: a check found problems (status 3)\n\n<pre>"));
}

TEST_CASE("a job's page that cannot be written is a warning, and changes nothing else") {
    Job job;
    job.set("GITHUB_STEP_SUMMARY", "/nonexistent/page.md");
    const auto result = job.codemate({"pull"});
    CHECK(result.status() == 0);
    const std::string warning =
        "codemate: warning: there is no job summary of this: cannot write '/nonexistent/page.md'";
    CHECK(result.err.find(warning) != std::string::npos);
    CHECK(result.err.find(warning) == result.err.rfind(warning));
}
