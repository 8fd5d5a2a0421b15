#include "cli/job_summary.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"

#include <optional>
#include <sys/stat.h>

using namespace codemate;
using codemate::cli::annotations_of;
using codemate::cli::JobSummary;

namespace {

std::optional<Kind> failure(const JobSummary& summary) {
    try {
        summary.append("verify", 0);
        return std::nullopt;
    } catch (const Error& error) {
        return error.kind();
    }
}

} // namespace

TEST_CASE("a section of the job summary says what ran, what it ended with, and why") {
    JobSummary good("unused");
    CHECK(good.empty());
    good.add("| MODEL |\n| --- |\n");
    CHECK_FALSE(good.empty());
    CHECK(good.section("verify", 0) == "### ✅ codemate verify\n\n| MODEL |\n| --- |\n\n");

    JobSummary bad("unused");
    bad.add(Error(Kind::unreachable, "no *server*").note("tried <twice>\nand again").hint("`ollama serve`"));
    CHECK(
        bad.section("pull", 4) ==
        "### ❌ codemate pull: the server or a registry cannot be reached or does not answer as it should; trying again "
        "may help (status 4)\n\n"
        "- no \\*server\\*<br>tried &lt;twice>\\\\nand again<br>**hint:** \\`ollama serve\\`\n\n");
    CHECK(bad.section("", 143).starts_with("### ❌ codemate: interrupted (status 143)\n"));
    CHECK(bad.section("x", 99).starts_with("### ❌ codemate x: failed (status 99)\n"));
}

TEST_CASE("more errors than anybody reads are counted only") {
    JobSummary summary("unused");
    for (int i = 0; i < 53; ++i)
        summary.add(Error(Kind::failed, "no " + std::to_string(i)));
    const std::string text = summary.section("pull", 1);
    CHECK(text.find("- no 49\n") != std::string::npos);
    CHECK(text.find("- no 50\n") == std::string::npos);
    CHECK(text.find("- and 3 more, in the log\n") != std::string::npos);
}

TEST_CASE("so are more mistakes of one file") {
    Error error(Kind::manifest, "codemate.json has 23 mistakes");
    for (int i = 0; i < 23; ++i)
        error.note("mistake " + std::to_string(i));
    JobSummary summary("unused");
    summary.add(error);
    const std::string text = summary.section("check", 2);
    CHECK(text.find("<br>mistake 19<br>and 3 more, in the log\n") != std::string::npos);
}

TEST_CASE("of a result that is too long for the runner the page says that there is one") {
    const test::TempDir directory;
    JobSummary summary(directory / "summary.md");
    summary.add(std::string(1U << 20U, 'x'));
    CHECK_FALSE(failure(summary));
    CHECK(test::read_text(directory / "summary.md") ==
          "### ✅ codemate verify\n\nThe result is too long for this page; it is in the log.\n\n");
}

TEST_CASE("sections are appended to the file, which need not be there") {
    const test::TempDir directory;
    const auto file = directory / "summary.md";
    JobSummary summary(file);
    summary.add("text\n");
    CHECK_FALSE(failure(summary));
    CHECK_FALSE(failure(summary));
    CHECK(test::read_text(file) == "### ✅ codemate verify\n\ntext\n\n### ✅ codemate verify\n\ntext\n\n");
}

TEST_CASE("what is no file, or would be too long for the runner, is left as it is") {
    const test::TempDir directory;
    JobSummary in_nothing(directory / "none" / "summary.md");
    CHECK(failure(in_nothing) == Kind::storage);
    CHECK(failure(JobSummary(directory.path())) == Kind::storage);
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    CHECK(failure(JobSummary(directory / "pipe")) == Kind::storage);

    directory.write("full", std::string((1U << 20U) - 10, 'x'));
    JobSummary full(directory / "full");
    full.add("a line\n");
    CHECK(failure(full) == Kind::storage);
    CHECK(std::filesystem::file_size(directory / "full") == (1U << 20U) - 10);
}

TEST_CASE("an error is annotated with what to do, and at no place") {
    const auto all = annotations_of(Error(Kind::unreachable, "nothing listens").note("line 3: x").hint("start it"));
    REQUIRE(all.size() == 1);
    CHECK(all[0].text == "nothing listens; start it");
    CHECK(all[0].file.empty());
    CHECK(all[0].line == 0);
}

TEST_CASE("mistakes of a file are annotated at their lines") {
    const test::TempDir directory;
    directory.write("codemate.json", "{}");
    const std::string file = (directory / "codemate.json").string();
    const auto all = annotations_of(Error(Kind::manifest, file + " has 3 mistakes")
                                        .note("line 3: /rolez: no")
                                        .note("of the whole")
                                        .note("line 14: /x"));
    REQUIRE(all.size() == 2);
    CHECK(all[0].file == file);
    CHECK(all[0].line == 3);
    CHECK(all[0].text == "line 3: /rolez: no");
    CHECK(all[1].line == 14);

    const auto whole = annotations_of(Error(Kind::manifest, file + " has 1 mistake").note("line x").hint("mend it"));
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].file == file);
    CHECK(whole[0].text == file + " has 1 mistake; mend it");
    CHECK(annotations_of(Error(Kind::manifest, "no-such-file has 1 mistake").note("line 1: x"))[0].file.empty());
}
